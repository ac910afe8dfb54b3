-- What is counted all the time, kept by triggers so that it commits with the rows it counts and costs the same however long
-- the ledger grows. Nothing here is a record: `flashline ledger verify` computes all of it again from the attempts.

-- Attempts without a result. A slot has at most one.
create table in_work (
  attempt_id text not null primary key references attempt (attempt_id),
  order_id   text,
  simulated  integer not null,
  station    text not null,
  slot       text not null,
  unique (station, slot)
) strict, without rowid;

create index in_work_order on in_work (order_id);

create trigger attempt_opens after insert on attempt when new.origin = 'assigned'
begin
  insert into in_work (attempt_id, order_id, simulated, station, slot)
  values (new.attempt_id, new.order_id, new.simulated, new.station, new.slot);
end;

create trigger result_closes after insert on result
begin delete from in_work where attempt_id = new.attempt_id; end;

-- The outcome of the last recorded attempt of each seating, per order. Results arrive in any order: the later attempt
-- counts. Simulated and real ones are kept apart, so neither can ever count for an order of the other kind.
create table seating_outcome (
  order_id    text    not null,
  simulated   integer not null,
  seating_id  text    not null,
  attempt_seq integer not null,
  outcome     text    not null,
  primary key (order_id, simulated, seating_id)
) strict, without rowid;

create table order_tally (
  order_id  text    not null,
  simulated integer not null,
  outcome   text    not null,
  seatings  integer not null check (seatings >= 0),
  primary key (order_id, simulated, outcome)
) strict, without rowid;

create trigger result_counts after insert on result
begin
  insert into seating_outcome (order_id, simulated, seating_id, attempt_seq, outcome)
  select order_id, simulated, seating_id, seq, new.outcome
  from attempt where attempt_id = new.attempt_id and order_id is not null
  on conflict (order_id, simulated, seating_id)
  do update set attempt_seq = excluded.attempt_seq, outcome = excluded.outcome
  where excluded.attempt_seq > attempt_seq;
end;

create trigger seating_outcome_counted after insert on seating_outcome
begin
  insert into order_tally (order_id, simulated, outcome, seatings) values (new.order_id, new.simulated, new.outcome, 1)
  on conflict (order_id, simulated, outcome) do update set seatings = seatings + 1;
end;

create trigger seating_outcome_recounted after update on seating_outcome
begin
  update order_tally set seatings = seatings - 1
  where order_id = old.order_id and simulated = old.simulated and outcome = old.outcome;
  insert into order_tally (order_id, simulated, outcome, seatings) values (new.order_id, new.simulated, new.outcome, 1)
  on conflict (order_id, simulated, outcome) do update set seatings = seatings + 1;
end;
