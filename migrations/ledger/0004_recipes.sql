-- How boards are made besides their image, and what that locked.

-- As the order was accepted, whole: defaults of a later version change no order that is there. Null is the plain recipe, of
-- orders from before there were recipes.
alter table work_order add column recipe text check (json_valid(recipe));

drop trigger work_order_frozen;
create trigger work_order_frozen before update of
  seq, id, product, image_sha256, load_address, quantity, board_vendor_id, board_product_id, board_bcd_device,
  board_layout, recipe, simulated, created_at
on work_order
begin select raise(abort, 'only the state of a work order changes'); end;

-- Option bytes and one-time programmable memory with what was there before. Attempts that are older locked nothing.
alter table result add column locked text not null default '[]'
  check (iif(json_valid(locked), json_type(locked) = 'array', 0));

drop view attempt_log;
create view attempt_log as
select
  seq, attempt_id, seating_id, station, slot, label, order_id, unit, simulated, image_sha256,
  outcome, fault, fault_details,
  intended_bytes, intended_crc32, intended_sha256, readback_bytes, readback_crc32, readback_sha256,
  vendor_id, product_id, bcd_device, layout, usb_serial, locked,
  transfers, tool_version, assigned_at, started_at, ended_at, duration_ms, recorded_at, origin
from attempt left join result using (attempt_id);
