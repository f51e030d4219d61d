-- One row, moved on by every act that changes plots: tells figures made from them that they are old.
CREATE TABLE plot_epoch (
    only_row  {int}  NOT NULL PRIMARY KEY,
    epoch     {int}  NOT NULL,
    CONSTRAINT plot_epoch_one CHECK (only_row = 1)
) {strict};

INSERT INTO plot_epoch (only_row, epoch) VALUES (1, 0);
