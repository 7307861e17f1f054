-- An absence is told apart from the next one by a clock that nobody can set.

-- By which clocks an absence was noted: found by its wall time, as the columns absent_ns and
-- emptied_ns have it.
CREATE TABLE moment (
  wall_ns INTEGER PRIMARY KEY,  -- the wall time
  boot    TEXT NOT NULL,        -- which start of the machine; '' if nobody knows
  boot_ns INTEGER NOT NULL      -- nanoseconds since that start, sleep counted
) STRICT;
