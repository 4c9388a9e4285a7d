-- Tables that the connectors of deploy/connect write to, and views for people. Run it as the owner of the database, as often
-- as you like: psql -v ON_ERROR_STOP=1 -f turnpike.sql
--
-- The tables hold the events as they are, in the words of schemas/src/main/avro: money in nano-dollars (1e-9 USD), time in
-- milliseconds since 1970-01-01 UTC. The views speak dollars and timestamps. Columns that later releases add to the events
-- are added to the tables by the connector itself.

CREATE SCHEMA IF NOT EXISTS turnpike;

-- One row per ledger entry, never changed: corrections are entries of their own, and may be negative.
CREATE TABLE IF NOT EXISTS turnpike.ledger (
    entry_id               text PRIMARY KEY,
    kind                   text NOT NULL,
    corrects               text,
    reason                 text,
    team                   text NOT NULL,
    source                 text NOT NULL,
    usage_id               text NOT NULL,
    request_id             text,
    decision               integer,
    attempt                integer,
    status                 text NOT NULL,
    "user"                 text,
    task_id                text,
    task_type              text,
    tags                   jsonb NOT NULL,
    provider               text,
    model                  text NOT NULL,
    admitted_at            bigint NOT NULL,
    occurred_at            bigint NOT NULL,
    input_tokens           bigint NOT NULL,
    cache_read_tokens      bigint NOT NULL,
    cache_write_5m_tokens  bigint NOT NULL,
    cache_write_1h_tokens  bigint NOT NULL,
    output_tokens          bigint NOT NULL,
    reasoning_tokens       bigint NOT NULL,
    amount_nano_usd        bigint NOT NULL,
    amount_tokens          bigint NOT NULL,
    amount_requests        bigint NOT NULL,
    overrun_nano_usd       bigint NOT NULL,
    unpriced               boolean NOT NULL,
    price_version          text,
    service_tier           text,
    baseline_nano_usd      bigint,
    reported_cost_usd      double precision,
    latency_ms             bigint,
    time_to_first_token_ms bigint,
    windows                jsonb NOT NULL,
    source_topic           text,
    source_partition       integer,
    source_offset          bigint
);

CREATE INDEX IF NOT EXISTS ledger_team_time ON turnpike.ledger (team, admitted_at);
CREATE INDEX IF NOT EXISTS ledger_time ON turnpike.ledger (admitted_at);
CREATE INDEX IF NOT EXISTS ledger_request ON turnpike.ledger (request_id);

-- One row per cell of dimensions and window (1h or 1d, in the team's own time zone): the newest state of each.
-- Cells without a tag and a task add up to the team's total; a cell with either repeats the part that carries it.
CREATE TABLE IF NOT EXISTS turnpike.spend (
    spend_key              text PRIMARY KEY,
    team                   text NOT NULL,
    "user"                 text,
    provider               text,
    model                  text,
    task_type              text,
    tag                    text,
    tag_value              text,
    "window"               text NOT NULL,
    window_start           bigint NOT NULL,
    window_end             bigint NOT NULL,
    amount_nano_usd        bigint NOT NULL,
    amount_tokens          bigint NOT NULL,
    amount_requests        bigint NOT NULL,
    entries                bigint NOT NULL,
    input_tokens           bigint NOT NULL,
    cache_read_tokens      bigint NOT NULL,
    output_tokens          bigint NOT NULL,
    baseline_nano_usd      bigint NOT NULL,
    unpriced_tokens        bigint NOT NULL,
    task_id                text
);

CREATE INDEX IF NOT EXISTS spend_team_window ON turnpike.spend (team, "window", window_start);

-- The ledger in dollars and timestamps.
CREATE OR REPLACE VIEW turnpike.entries AS
SELECT entry_id,
       kind,
       corrects,
       reason,
       team,
       "user",
       task_id,
       task_type,
       tags,
       request_id,
       attempt,
       status,
       provider,
       model,
       service_tier,
       price_version,
       to_timestamp(admitted_at / 1000.0) AS admitted_at,
       to_timestamp(occurred_at / 1000.0) AS occurred_at,
       input_tokens,
       cache_read_tokens,
       cache_write_5m_tokens + cache_write_1h_tokens AS cache_write_tokens,
       output_tokens,
       reasoning_tokens,
       amount_tokens AS tokens,
       amount_requests AS requests,
       round(amount_nano_usd / 1e9::numeric, 9) AS cost_usd,
       round(overrun_nano_usd / 1e9::numeric, 9) AS overrun_usd,
       round(baseline_nano_usd / 1e9::numeric, 9) AS baseline_usd,
       unpriced,
       latency_ms,
       time_to_first_token_ms
FROM turnpike.ledger;

-- Spend by team and day of the team's own time zone, with what the strongest eligible model would have cost.
CREATE OR REPLACE VIEW turnpike.spend_by_team_and_day AS
SELECT team,
       to_timestamp(window_start / 1000.0) AS day_start,
       to_timestamp(window_end / 1000.0) AS day_end,
       round(sum(amount_nano_usd) / 1e9::numeric, 9) AS cost_usd,
       sum(amount_tokens) AS tokens,
       sum(amount_requests) AS requests,
       round((sum(baseline_nano_usd) - sum(amount_nano_usd)) / 1e9::numeric, 9) AS savings_usd,
       sum(unpriced_tokens) AS unpriced_tokens
FROM turnpike.spend
WHERE "window" = '1d' AND tag IS NULL AND task_id IS NULL
GROUP BY team, window_start, window_end;

-- What each team owes for a calendar month (UTC), by who and what. Corrections count in the month they correct.
CREATE OR REPLACE VIEW turnpike.chargeback_by_month AS
SELECT to_char(to_timestamp(admitted_at / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM') AS month,
       team,
       "user",
       task_type,
       provider,
       model,
       sum(amount_requests) AS requests,
       sum(amount_tokens) AS tokens,
       round(sum(amount_nano_usd) / 1e9::numeric, 9) AS cost_usd,
       round(coalesce(sum(amount_nano_usd) FILTER (WHERE kind = 'correction'), 0) / 1e9::numeric, 9) AS of_it_corrections_usd,
       round(coalesce(sum(amount_nano_usd) FILTER (WHERE kind = 'estimate'), 0) / 1e9::numeric, 9) AS of_it_estimates_usd,
       round(sum(coalesce(baseline_nano_usd, amount_nano_usd) - amount_nano_usd) / 1e9::numeric, 9) AS savings_usd
FROM turnpike.ledger
GROUP BY 1, 2, 3, 4, 5, 6;

-- What each team owes for a calendar month (UTC) by the value of each of its tags; an entry counts once under each of its tags.
CREATE OR REPLACE VIEW turnpike.chargeback_by_month_and_tag AS
SELECT to_char(to_timestamp(admitted_at / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM') AS month,
       team,
       tag.key AS tag,
       tag.value AS tag_value,
       sum(amount_requests) AS requests,
       sum(amount_tokens) AS tokens,
       round(sum(amount_nano_usd) / 1e9::numeric, 9) AS cost_usd
FROM turnpike.ledger, jsonb_each_text(tags) AS tag
GROUP BY 1, 2, 3, 4;

-- The ledger in columns of FOCUS 1.2 (FinOps Open Cost and Usage Specification), one row per entry: the consumed quantity is
-- all tokens of the entry, since an entry is priced as a whole. Months and hours are UTC.
CREATE OR REPLACE VIEW turnpike.focus AS
SELECT round(amount_nano_usd / 1e9::numeric, 9) AS "BilledCost",
       round(amount_nano_usd / 1e9::numeric, 9) AS "EffectiveCost",
       round(amount_nano_usd / 1e9::numeric, 9) AS "ContractedCost",
       round(amount_nano_usd / 1e9::numeric, 9) AS "ListCost",
       'USD' AS "BillingCurrency",
       date_trunc('month', to_timestamp(admitted_at / 1000.0), 'UTC') AS "BillingPeriodStart",
       date_trunc('month', to_timestamp(admitted_at / 1000.0), 'UTC') + interval '1 month' AS "BillingPeriodEnd",
       date_trunc('hour', to_timestamp(admitted_at / 1000.0), 'UTC') AS "ChargePeriodStart",
       date_trunc('hour', to_timestamp(admitted_at / 1000.0), 'UTC') + interval '1 hour' AS "ChargePeriodEnd",
       'Usage' AS "ChargeCategory",
       CASE WHEN kind = 'correction' THEN 'Correction' END AS "ChargeClass",
       'Usage-Based' AS "ChargeFrequency",
       coalesce(reason, model || ' by ' || coalesce("user", team)) AS "ChargeDescription",
       coalesce(provider, source) AS "ProviderName",
       coalesce(provider, source) AS "PublisherName",
       coalesce(provider, source) AS "InvoiceIssuerName",
       'AI and Machine Learning' AS "ServiceCategory",
       'Generative AI' AS "ServiceSubcategory",
       model AS "ServiceName",
       coalesce(provider || '/', '') || model AS "SkuId",
       price_version AS "SkuPriceId",
       amount_tokens AS "ConsumedQuantity",
       'Tokens' AS "ConsumedUnit",
       amount_tokens AS "PricingQuantity",
       'Tokens' AS "PricingUnit",
       'Standard' AS "PricingCategory",
       team AS "SubAccountId",
       team AS "SubAccountName",
       request_id AS "ResourceId",
       tags AS "Tags",
       entry_id AS "x_EntryId",
       kind AS "x_Kind",
       "user" AS "x_User",
       task_type AS "x_TaskType",
       amount_requests AS "x_Requests"
FROM turnpike.ledger;
