-- The coordinator's record. Moments are UTC, ISO 8601 with milliseconds, so that text order is time order.
-- Sets that the design fixes (outcomes, phases, states) are checked; sets that grow (formats, fault codes) are not.

-- Firmware files as they were uploaded, and the bytes each of them puts on a board.
create table image (
  seq            integer primary key autoincrement,
  sha256         text    not null unique check (length(sha256) = 64 and sha256 not glob '*[^0-9a-f]*'),
  name           text    not null check (length(name) <= 255),
  format         text    not null check (format <> ''),
  file_bytes     integer not null check (file_bytes > 0),
  ranges         text    not null check (json_valid(ranges)),
  content_bytes  integer not null check (content_bytes >= 0),
  content_crc32  text    not null check (length(content_crc32) = 8 and content_crc32 not glob '*[^0-9a-f]*'),
  content_sha256 text    not null check (length(content_sha256) = 64 and content_sha256 not glob '*[^0-9a-f]*'),
  uploaded_at    text    not null check (uploaded_at glob '????-??-??T??:??:??.???Z')
) strict;

-- What is to be made. Only `state` and `changed_at` ever change, and every change leaves an order_event.
create table work_order (
  seq              integer primary key autoincrement,
  id               text    not null unique check (length(id) between 1 and 64),
  product          text    not null check (length(product) between 1 and 64),
  image_sha256     text    not null references image (sha256),
  load_address     integer check (load_address between 0 and 0xffffffff),
  quantity         integer not null check (quantity between 1 and 1000000),
  board_vendor_id  integer not null check (board_vendor_id between 0 and 0xffff),
  board_product_id integer not null check (board_product_id between 0 and 0xffff),
  board_bcd_device integer check (board_bcd_device between 0 and 0xffff),
  board_layout     text    check (length(board_layout) between 1 and 1024),
  simulated        integer not null check (simulated in (0, 1)),
  state            text    not null check (state in ('created', 'active', 'paused', 'completed', 'closed')),
  created_at       text    not null check (created_at glob '????-??-??T??:??:??.???Z'),
  changed_at       text    not null check (changed_at glob '????-??-??T??:??:??.???Z')
) strict;

-- A station makes one order at a time.
create unique index work_order_active on work_order (state) where state = 'active';
create index work_order_image on work_order (image_sha256);

create table order_event (
  seq      integer primary key autoincrement,
  order_id text not null references work_order (id),
  state    text not null check (state in ('created', 'active', 'paused', 'completed', 'closed')),
  at       text not null check (at glob '????-??-??T??:??:??.???Z')
) strict;

create index order_event_order on order_event (order_id, seq);

-- One row per assignment of a board to a run. It exists before the board is touched. There is no reference to image and
-- work_order: a result that comes back after the ledger was restored from an older backup must still find its place.
create table attempt (
  seq             integer primary key autoincrement,
  attempt_id      text    not null unique check (length(attempt_id) = 36),
  seating_id      text    not null check (length(seating_id) = 36),
  station         text    not null check (length(station) between 1 and 32),
  slot            text    not null check (slot <> ''),
  label           text    not null check (length(label) <= 32),
  order_id        text    check (length(order_id) between 1 and 64),
  image_sha256    text    not null check (length(image_sha256) = 64 and image_sha256 not glob '*[^0-9a-f]*'),
  intended_bytes  integer not null check (intended_bytes >= 0),
  intended_crc32  text    not null check (length(intended_crc32) = 8 and intended_crc32 not glob '*[^0-9a-f]*'),
  intended_sha256 text    not null check (length(intended_sha256) = 64 and intended_sha256 not glob '*[^0-9a-f]*'),
  unit            text    check (length(unit) between 1 and 64),
  simulated       integer not null check (simulated in (0, 1)),
  assigned_at     text    not null check (assigned_at glob '????-??-??T??:??:??.???Z'),
  -- `assigned` by this ledger, or `reported`: first heard of together with its result.
  origin          text    not null check (origin in ('assigned', 'reported'))
) strict;

create index attempt_order on attempt (order_id, seq);
create index attempt_seating on attempt (seating_id, seq);
create index attempt_slot on attempt (station, slot, seq);
create index attempt_image on attempt (image_sha256, seq);
create index attempt_unit on attempt (unit, seq);

-- The finished phases of an attempt, in their order. They are written before the result, which seals them.
create table phase (
  attempt_id text    not null references attempt (attempt_id),
  position   integer not null check (position >= 0),
  name       text    not null
    check (name in ('identify', 'plan', 'erase', 'write', 'verify', 'lock', 'leave', 'confirm')),
  ms         real    not null check (ms >= 0),
  bytes      integer not null check (bytes >= 0),
  primary key (attempt_id, position)
) strict, without rowid;

-- How an attempt ended: at most one row for each, and the first one stays.
create table result (
  attempt_id      text    not null primary key references attempt (attempt_id),
  outcome         text    not null check (outcome in ('pass', 'fail', 'error', 'aborted')),
  fault           text    check (fault <> '' and fault not glob '*[^A-Z_]*'),
  fault_details   text    check (json_valid(fault_details)),
  vendor_id       integer check (vendor_id between 0 and 0xffff),
  product_id      integer check (product_id between 0 and 0xffff),
  bcd_device      integer check (bcd_device between 0 and 0xffff),
  layout          text    check (length(layout) <= 1024),
  usb_serial      text    check (length(usb_serial) <= 128),
  readback_bytes  integer check (readback_bytes >= 0),
  readback_crc32  text    check (length(readback_crc32) = 8 and readback_crc32 not glob '*[^0-9a-f]*'),
  readback_sha256 text    check (length(readback_sha256) = 64 and readback_sha256 not glob '*[^0-9a-f]*'),
  transfers       integer not null check (transfers >= 0),
  tool_version    text    not null check (length(tool_version) <= 64),
  started_at      text    not null check (started_at glob '????-??-??T??:??:??.???Z'),
  ended_at        text    not null check (ended_at glob '????-??-??T??:??:??.???Z'),
  duration_ms     real    not null check (duration_ms >= 0),
  recorded_at     text    not null check (recorded_at glob '????-??-??T??:??:??.???Z'),
  check ((outcome = 'pass') = (fault is null)),
  check ((vendor_id is null) = (product_id is null) and (vendor_id is null) = (bcd_device is null)),
  check (vendor_id is not null or (layout is null and usb_serial is null)),
  check ((readback_bytes is null) = (readback_crc32 is null) and (readback_bytes is null) = (readback_sha256 is null))
) strict;

-- Passes are most of the log: there, walking it from its end is faster than any index.
create index result_outcome on result (outcome) where outcome <> 'pass';
create index result_fault on result (fault) where fault is not null;

-- One line per attempt, for people with sqlite3 and for the product alike. Result columns are null while it is in work.
create view attempt_log as
select
  seq, attempt_id, seating_id, station, slot, label, order_id, unit, simulated, image_sha256,
  outcome, fault, fault_details,
  intended_bytes, intended_crc32, intended_sha256, readback_bytes, readback_crc32, readback_sha256,
  vendor_id, product_id, bcd_device, layout, usb_serial,
  transfers, tool_version, assigned_at, started_at, ended_at, duration_ms, recorded_at, origin
from attempt left join result using (attempt_id);
