-- What was seen running on a board after it had left its bootloader, where its recipe asks for that. Attempts that are older looked
-- for nothing.
alter table result add column application text
  check (iif(application is null, 1, iif(json_valid(application), json_type(application) = 'object', 0)));

drop view attempt_log;
create view attempt_log as
select
  seq, attempt_id, seating_id, station, slot, label, order_id, unit, simulated, image_sha256,
  outcome, fault, fault_details,
  intended_bytes, intended_crc32, intended_sha256, readback_bytes, readback_crc32, readback_sha256,
  vendor_id, product_id, bcd_device, layout, usb_serial, locked, application,
  transfers, tool_version, assigned_at, started_at, ended_at, duration_ms, recorded_at, origin
from attempt left join result using (attempt_id);
