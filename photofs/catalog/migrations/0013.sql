-- What was seen, run and armed of the user's rules.
CREATE TABLE rule (
  name   TEXT NOT NULL PRIMARY KEY,  -- as rules.toml has it
  seen   TEXT NOT NULL DEFAULT '',   -- stands for the rule and the outcome that was shown last
  ran    TEXT NOT NULL DEFAULT '',   -- stands for the rule that was last run by hand
  armed  TEXT NOT NULL DEFAULT '',   -- stands for the rule that the agent may run; '': none
  run_ns INTEGER,                    -- when it was last run
  told   TEXT NOT NULL DEFAULT ''    -- what came of it, a sentence
) STRICT, WITHOUT ROWID;

-- By which clocks rules were looked at last: what time it is must follow from it.
CREATE TABLE rule_clock (
  id      INTEGER PRIMARY KEY CHECK (id = 1),  -- there is one
  wall_ns INTEGER NOT NULL,  -- the wall clock
  boot    TEXT NOT NULL,     -- which start of the machine; '' if nobody knows
  boot_ns INTEGER NOT NULL   -- nanoseconds since that start, sleep counted
) STRICT;
