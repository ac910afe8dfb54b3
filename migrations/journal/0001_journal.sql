-- A worker's own record: what it began, how it ended, and what the ledger has acknowledged. Jobs and reports are kept as
-- they travel, in JSON.

-- Written before a board is touched: a job that comes twice finds itself here.
create table begun (
  seq        integer primary key autoincrement,
  attempt_id text not null unique check (attempt_id = json_extract(job, '$.assignment.attemptId')),
  station    text not null,
  slot       text not null,
  seating_id text not null,
  job        text not null,
  begun_at   text not null check (begun_at glob '????-??-??T??:??:??.???Z')
) strict;

-- A job that was refused before it touched the board is here without having begun. A pass carries its proof.
create table ended (
  seq        integer primary key autoincrement,
  attempt_id text not null unique check (
    attempt_id = json_extract(report, '$.assignment.attemptId') and attempt_id = json_extract(report, '$.result.attemptId')
  ),
  outcome    text not null check (outcome in ('pass', 'fail', 'error', 'aborted')),
  report     text not null,
  ended_at   text not null check (ended_at glob '????-??-??T??:??:??.???Z'),
  check (outcome = json_extract(report, '$.result.outcome')),
  check (
    outcome <> 'pass'
    or ifnull(json_extract(report, '$.result.readback.sha256') = json_extract(report, '$.assignment.intended.sha256'), 0)
  )
) strict;

-- Where the board of the latest attempt of each slot sits. The only table that is overwritten: it is a memory, not a record.
create table seat (
  slot       text not null primary key,
  seating    text not null check (json_valid(seating)),
  attempt_id text not null references begun (attempt_id),
  address    integer not null check (address >= 0)
) strict, without rowid;

create table acknowledged (
  attempt_id      text not null primary key references ended (attempt_id),
  acknowledged_at text not null check (acknowledged_at glob '????-??-??T??:??:??.???Z')
) strict, without rowid;

-- Ended and not acknowledged. Kept by the triggers below, so that asking for it costs nothing when it is empty.
create table outbox (
  seq        integer primary key,
  attempt_id text not null unique references ended (attempt_id)
) strict;

create trigger ended_goes_out after insert on ended
begin insert into outbox (seq, attempt_id) values (new.seq, new.attempt_id); end;
create trigger acknowledged_leaves after insert on acknowledged
begin delete from outbox where attempt_id = new.attempt_id; end;

-- Append-only. The `…_new` triggers refuse INSERT OR REPLACE on connections where recursive_triggers is off, too.
create trigger begun_new before insert on begun
when exists (select 1 from begun where seq = new.seq or attempt_id = new.attempt_id)
  or exists (select 1 from ended where attempt_id = new.attempt_id)
begin select raise(abort, 'this attempt is already known'); end;
create trigger begun_update before update on begun begin select raise(abort, 'begun is append-only'); end;
create trigger begun_delete before delete on begun begin select raise(abort, 'begun is append-only'); end;

create trigger ended_new before insert on ended
when exists (select 1 from ended where seq = new.seq or attempt_id = new.attempt_id)
begin select raise(abort, 'ended is append-only'); end;
create trigger ended_update before update on ended begin select raise(abort, 'ended is append-only'); end;
create trigger ended_delete before delete on ended begin select raise(abort, 'ended is append-only'); end;

create trigger acknowledged_new before insert on acknowledged
when exists (select 1 from acknowledged where attempt_id = new.attempt_id)
begin select raise(abort, 'acknowledged is append-only'); end;
create trigger acknowledged_update before update on acknowledged
begin select raise(abort, 'acknowledged is append-only'); end;
create trigger acknowledged_delete before delete on acknowledged
begin select raise(abort, 'acknowledged is append-only'); end;
