-- The plots' epoch in sixteen shares, its value their sum: whoever moves it on keeps one share locked until the act is on disk,
-- and the others do not wait for that.
CREATE TABLE plot_epochs (
    share  {int}  NOT NULL PRIMARY KEY,
    epoch  {int}  NOT NULL,
    CONSTRAINT plot_epochs_share CHECK (share BETWEEN 0 AND 15)
) {strict};

INSERT INTO plot_epochs (share, epoch) VALUES (0, 0), (1, 0), (2, 0), (3, 0), (4, 0), (5, 0), (6, 0), (7, 0),
    (8, 0), (9, 0), (10, 0), (11, 0), (12, 0), (13, 0), (14, 0), (15, 0);

UPDATE plot_epochs SET epoch = (SELECT epoch FROM plot_epoch WHERE only_row = 1) WHERE share = 0;

DROP TABLE plot_epoch;
