-- The database itself refuses what must never happen. Each `…_new` trigger looks for the row that INSERT OR REPLACE would
-- delete: delete triggers see that only on connections with recursive_triggers on, and sqlite3 in a shell has it off.

create trigger image_new before insert on image
when exists (select 1 from image where seq = new.seq or sha256 = new.sha256)
begin select raise(abort, 'image is append-only'); end;
create trigger image_update before update on image begin select raise(abort, 'image is append-only'); end;
create trigger image_delete before delete on image begin select raise(abort, 'image is append-only'); end;

create trigger order_event_new before insert on order_event
when exists (select 1 from order_event where seq = new.seq)
begin select raise(abort, 'order_event is append-only'); end;
create trigger order_event_update before update on order_event
begin select raise(abort, 'order_event is append-only'); end;
create trigger order_event_delete before delete on order_event
begin select raise(abort, 'order_event is append-only'); end;

create trigger attempt_new before insert on attempt
when exists (select 1 from attempt where seq = new.seq or attempt_id = new.attempt_id)
begin select raise(abort, 'attempt is append-only'); end;
create trigger attempt_update before update on attempt begin select raise(abort, 'attempt is append-only'); end;
create trigger attempt_delete before delete on attempt begin select raise(abort, 'attempt is append-only'); end;

create trigger phase_new before insert on phase
when exists (select 1 from phase where attempt_id = new.attempt_id and position = new.position)
begin select raise(abort, 'phase is append-only'); end;
create trigger phase_sealed before insert on phase
when exists (select 1 from result where attempt_id = new.attempt_id)
begin select raise(abort, 'the result has sealed the phases of this attempt'); end;
create trigger phase_update before update on phase begin select raise(abort, 'phase is append-only'); end;
create trigger phase_delete before delete on phase begin select raise(abort, 'phase is append-only'); end;

create trigger result_new before insert on result
when exists (select 1 from result where attempt_id = new.attempt_id)
begin select raise(abort, 'result is append-only'); end;
create trigger result_update before update on result begin select raise(abort, 'result is append-only'); end;
create trigger result_delete before delete on result begin select raise(abort, 'result is append-only'); end;

-- No pass without proof: what was read back is what was intended, all of it, and it is not nothing.
create trigger result_proof before insert on result
when new.outcome = 'pass' and not exists (
  select 1 from attempt
  where attempt_id = new.attempt_id
    and intended_bytes > 0
    and intended_bytes = new.readback_bytes
    and intended_crc32 = new.readback_crc32
    and intended_sha256 = new.readback_sha256
)
begin select raise(abort, 'a pass needs a read-back that equals what was intended'); end;

create trigger work_order_new before insert on work_order
when new.state <> 'created' or exists (select 1 from work_order where seq = new.seq or id = new.id)
begin select raise(abort, 'a work order begins as created, and once'); end;
create trigger work_order_delete before delete on work_order
begin select raise(abort, 'work orders are never deleted'); end;
create trigger work_order_frozen before update of
  seq, id, product, image_sha256, load_address, quantity, board_vendor_id, board_product_id, board_bcd_device,
  board_layout, simulated, created_at
on work_order
begin select raise(abort, 'only the state of a work order changes'); end;

-- Results may reach the quantity in any state but a final one: boards go on while an order is paused.
create trigger work_order_move before update of state on work_order
when old.state || '>' || new.state not in (
  'created>active', 'created>closed', 'created>completed',
  'active>paused', 'active>closed', 'active>completed',
  'paused>active', 'paused>closed', 'paused>completed'
)
begin select raise(abort, 'a work order does not move this way'); end;

create trigger work_order_created after insert on work_order
begin insert into order_event (order_id, state, at) values (new.id, new.state, new.created_at); end;
create trigger work_order_moved after update of state on work_order
begin insert into order_event (order_id, state, at) values (new.id, new.state, new.changed_at); end;
