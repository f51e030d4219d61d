-- photos: moved on by every act that counts photos of plots, which figures made from plots do not depend on.
ALTER TABLE plot_epochs ADD COLUMN photos {int} NOT NULL DEFAULT 0;
