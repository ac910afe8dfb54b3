-- Asking a board that runs into its bootloader is a phase, too. What SQLite checks cannot be changed in place: the table is made anew.
create table phase_wider (
  attempt_id text    not null references attempt (attempt_id),
  position   integer not null check (position >= 0),
  name       text    not null
    check (name in ('enter', 'identify', 'plan', 'erase', 'write', 'verify', 'lock', 'leave', 'confirm')),
  ms         real    not null check (ms >= 0),
  bytes      integer not null check (bytes >= 0),
  primary key (attempt_id, position)
) strict, without rowid;
insert into phase_wider select attempt_id, position, name, ms, bytes from phase;
drop table phase;
alter table phase_wider rename to phase;

-- The guards went with the old table.
create trigger phase_new before insert on phase
when exists (select 1 from phase where attempt_id = new.attempt_id and position = new.position)
begin select raise(abort, 'phase is append-only'); end;
create trigger phase_sealed before insert on phase
when exists (select 1 from result where attempt_id = new.attempt_id)
begin select raise(abort, 'the result has sealed the phases of this attempt'); end;
create trigger phase_update before update on phase begin select raise(abort, 'phase is append-only'); end;
create trigger phase_delete before delete on phase begin select raise(abort, 'phase is append-only'); end;
