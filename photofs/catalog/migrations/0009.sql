-- Errands: wishes that no source is sent, for a hand does them on the photo's page (source IS NULL).
CREATE INDEX operation_errand ON operation(library, id) WHERE source IS NULL AND settled = 0;
CREATE INDEX operation_overruled ON operation(library, changed_ns)
  WHERE source IS NULL AND state = 'done' AND reason <> '';
