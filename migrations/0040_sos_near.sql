-- Communes whose officers hear a call that has no place in a commune: that of the device's last fix, else the device's
-- own; codes with a space between. NULL where the call's own place lies in a commune, and where the device has none.
ALTER TABLE sos_calls ADD COLUMN near {text};
