-- The files of one shot are found by what their sources told of them.
CREATE INDEX observation_set ON observation(source, iif(json_valid(seen), seen ->> '$.set_key', NULL))
  WHERE iif(json_valid(seen), seen ->> '$.set_key', NULL) IS NOT NULL;
