-- What must not be believed of a board. Flash that lost power in an erase may read blank and be weak, so the journal knows
-- which board each attempt was on, as far as a board says who it is.

create table begun_board (
  seq        integer primary key references begun (seq),
  vendor_id  integer not null check (vendor_id between 0 and 0xffff),
  product_id integer not null check (product_id between 0 and 0xffff),
  bcd_device integer not null check (bcd_device between 0 and 0xffff),
  usb_serial text    check (length(usb_serial) <= 128)
) strict;

create index begun_board_identity on begun_board (vendor_id, product_id, bcd_device, usb_serial, seq);

-- Attempts that may have left their board half erased. A memory, kept so that asking costs the same however many boards
-- report one serial: an attempt enters it when it begins, and leaves it when it ends in a way that rules this out.
create table unproven (
  seq        integer primary key references begun_board (seq),
  vendor_id  integer not null,
  product_id integer not null,
  bcd_device integer not null,
  usb_serial text,
  begun_at   text    not null
) strict;

create index unproven_identity on unproven (vendor_id, product_id, bcd_device, usb_serial, begun_at);

create trigger begun_board_unproven after insert on begun_board
begin
  insert into unproven (seq, vendor_id, product_id, bcd_device, usb_serial, begun_at)
  select new.seq, new.vendor_id, new.product_id, new.bcd_device, new.usb_serial, begun_at from begun where seq = new.seq;
end;

create trigger begun_board_new before insert on begun_board
when exists (select 1 from begun_board where seq = new.seq)
begin select raise(abort, 'begun_board is append-only'); end;
create trigger begun_board_update before update on begun_board
begin select raise(abort, 'begun_board is append-only'); end;
create trigger begun_board_delete before delete on begun_board
begin select raise(abort, 'begun_board is append-only'); end;
