-- Tips are read by the day on which they came: no hour is told with them.
DROP INDEX tips_by_time;
CREATE INDEX tips_by_day ON tips (received_on, id);
CREATE INDEX tips_by_cell ON tips (cell, received_on, id);
