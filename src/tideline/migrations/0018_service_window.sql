-- expand
-- On a business number WhatsApp delivers free messages for a day after the customer wrote or called. NULL means that
-- nothing came in yet, or that the number is a linked one.
ALTER TABLE tenant.chat ADD COLUMN window_until timestamptz;

-- Receipts that wait for their message carry what the Business Platform said of a failure, and of the price.
ALTER TABLE tenant.early_receipt ADD COLUMN failure jsonb;
ALTER TABLE tenant.early_receipt ADD COLUMN pricing jsonb;
