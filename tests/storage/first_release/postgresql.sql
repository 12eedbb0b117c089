CREATE FUNCTION public.insight_correction_delete_f77343da() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN INSERT INTO insight_change (interaction_id) SELECT interaction_id FROM inbound_message WHERE id = OLD.message_id; RETURN NULL; END$$;
CREATE FUNCTION public.insight_correction_insert_70e5c0e8() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN INSERT INTO insight_change (interaction_id) SELECT interaction_id FROM inbound_message WHERE id = NEW.message_id; RETURN NULL; END$$;
CREATE FUNCTION public.insight_correction_update_5cfe1ee0() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN INSERT INTO insight_change (interaction_id) SELECT interaction_id FROM inbound_message WHERE id = OLD.message_id AND OLD.message_id <> NEW.message_id; INSERT INTO insight_change (interaction_id) SELECT interaction_id FROM inbound_message WHERE id = NEW.message_id; RETURN NULL; END$$;
CREATE FUNCTION public.insight_effect_delete_12f45daf() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN INSERT INTO insight_change (interaction_id) SELECT OLD.interaction_id; RETURN NULL; END$$;
CREATE FUNCTION public.insight_effect_insert_a8c622b9() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN INSERT INTO insight_change (interaction_id) SELECT NEW.interaction_id; RETURN NULL; END$$;
CREATE FUNCTION public.insight_effect_update_d2e17158() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN INSERT INTO insight_change (interaction_id) SELECT OLD.interaction_id WHERE OLD.interaction_id <> NEW.interaction_id; INSERT INTO insight_change (interaction_id) SELECT NEW.interaction_id; RETURN NULL; END$$;
CREATE FUNCTION public.insight_inbound_message_delete_800e1db5() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN INSERT INTO insight_change (interaction_id) SELECT OLD.interaction_id; RETURN NULL; END$$;
CREATE FUNCTION public.insight_inbound_message_insert_59d73693() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN INSERT INTO insight_change (interaction_id) SELECT NEW.interaction_id; RETURN NULL; END$$;
CREATE FUNCTION public.insight_inbound_message_update_a6f61fe3() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN INSERT INTO insight_change (interaction_id) SELECT OLD.interaction_id WHERE OLD.interaction_id <> NEW.interaction_id; INSERT INTO insight_change (interaction_id) SELECT NEW.interaction_id; RETURN NULL; END$$;
CREATE FUNCTION public.insight_interaction_delete_75a8bc6c() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN INSERT INTO insight_change (interaction_id) SELECT OLD.id; RETURN NULL; END$$;
CREATE FUNCTION public.insight_interaction_insert_2e75f353() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN INSERT INTO insight_change (interaction_id) SELECT NEW.id; RETURN NULL; END$$;
CREATE FUNCTION public.insight_interaction_update_cbcf34ed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN INSERT INTO insight_change (interaction_id) SELECT OLD.id WHERE OLD.id <> NEW.id; INSERT INTO insight_change (interaction_id) SELECT NEW.id; RETURN NULL; END$$;
CREATE FUNCTION public.insight_model_call_delete_25f698f1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN INSERT INTO insight_change (interaction_id) SELECT interaction_id FROM inbound_message WHERE id = OLD.message_id; RETURN NULL; END$$;
CREATE FUNCTION public.insight_model_call_insert_b69a70e3() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN INSERT INTO insight_change (interaction_id) SELECT interaction_id FROM inbound_message WHERE id = NEW.message_id; RETURN NULL; END$$;
CREATE FUNCTION public.insight_model_call_update_b16c70ac() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN INSERT INTO insight_change (interaction_id) SELECT interaction_id FROM inbound_message WHERE id = OLD.message_id AND OLD.message_id <> NEW.message_id; INSERT INTO insight_change (interaction_id) SELECT interaction_id FROM inbound_message WHERE id = NEW.message_id; RETURN NULL; END$$;
CREATE FUNCTION public.insight_outbound_message_delete_a9bffbce() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN INSERT INTO insight_change (interaction_id) SELECT OLD.interaction_id; RETURN NULL; END$$;
CREATE FUNCTION public.insight_outbound_message_insert_7b6ba718() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN INSERT INTO insight_change (interaction_id) SELECT NEW.interaction_id; RETURN NULL; END$$;
CREATE FUNCTION public.insight_outbound_message_update_ec123221() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN INSERT INTO insight_change (interaction_id) SELECT OLD.interaction_id WHERE OLD.interaction_id <> NEW.interaction_id; INSERT INTO insight_change (interaction_id) SELECT NEW.interaction_id; RETURN NULL; END$$;
CREATE TABLE public.account (
    id character varying(26) NOT NULL,
    email character varying(320) NOT NULL,
    name character varying(200) NOT NULL,
    role character varying(20) NOT NULL,
    password_hash character varying(200) NOT NULL,
    active boolean NOT NULL,
    created_at timestamp with time zone NOT NULL
);
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.analysis (
    id character varying(26) NOT NULL,
    message_id character varying(26) NOT NULL,
    run integer NOT NULL,
    tier character varying(20) NOT NULL,
    model character varying(100) NOT NULL,
    language character varying(10) NOT NULL,
    sentiment character varying(11) NOT NULL,
    sentiment_probability double precision NOT NULL,
    title character varying(100) NOT NULL,
    summary character varying(300) NOT NULL,
    message_type character varying(40) NOT NULL,
    type_probability double precision NOT NULL,
    intent character varying(40),
    intent_probability double precision NOT NULL,
    intents jsonb NOT NULL,
    entities jsonb NOT NULL,
    milliseconds double precision NOT NULL,
    created_at timestamp with time zone NOT NULL
);
CREATE TABLE public.api_key (
    id character varying(26) NOT NULL,
    name character varying(100) NOT NULL,
    role character varying(20) NOT NULL,
    prefix character varying(16) NOT NULL,
    secret_hash character varying(64) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    scopes text DEFAULT ''::text NOT NULL,
    budget_day bigint DEFAULT '0'::bigint NOT NULL,
    budget_month bigint DEFAULT '0'::bigint NOT NULL,
    requests_per_minute integer DEFAULT 0 NOT NULL
);
CREATE TABLE public.attachment (
    id character varying(26) NOT NULL,
    message_id character varying(26) NOT NULL,
    name character varying(200) NOT NULL,
    media_type character varying(100) NOT NULL,
    size integer NOT NULL,
    sha256 character varying(64) NOT NULL,
    state character varying(10) NOT NULL,
    reason text NOT NULL,
    remote jsonb NOT NULL,
    is_speech boolean NOT NULL,
    content bytea,
    created_at timestamp with time zone NOT NULL
);
CREATE TABLE public.audio_recording (
    id character varying(26) NOT NULL,
    message_id character varying(26) NOT NULL,
    media_type character varying(100) NOT NULL,
    content bytea NOT NULL,
    created_at timestamp with time zone NOT NULL
);
CREATE TABLE public.call_permit (
    id character varying(26) NOT NULL,
    service character varying(60) NOT NULL,
    until timestamp with time zone NOT NULL,
    cost bigint NOT NULL,
    pots jsonb NOT NULL
);
CREATE TABLE public.channel_event (
    id character varying(26) NOT NULL,
    channel character varying(40) NOT NULL,
    provider_id character varying(200) NOT NULL,
    content_type character varying(200) NOT NULL,
    body bytea NOT NULL,
    state character varying(10) NOT NULL,
    received_at timestamp with time zone NOT NULL,
    messages integer NOT NULL,
    duplicates integer NOT NULL,
    notices integer NOT NULL,
    edits integer NOT NULL,
    ignored integer NOT NULL,
    unread integer NOT NULL,
    error text NOT NULL
);
CREATE TABLE public.channel_held (
    channel character varying(40) NOT NULL,
    day character varying(10) NOT NULL,
    messages integer NOT NULL
);
CREATE TABLE public.channel_mark (
    channel character varying(40) NOT NULL,
    key character varying(100) NOT NULL,
    value text NOT NULL
);
CREATE TABLE public.channel_watch (
    channel character varying(40) NOT NULL,
    owner character varying(120) NOT NULL,
    until timestamp with time zone NOT NULL
);
CREATE TABLE public.code (
    list character varying(20) NOT NULL,
    code character varying(40) NOT NULL,
    name character varying(100) NOT NULL,
    description text NOT NULL,
    "position" integer NOT NULL,
    active boolean NOT NULL
);
CREATE TABLE public.contact (
    id bigint NOT NULL,
    name character varying(200) NOT NULL,
    email character varying(320) NOT NULL,
    phone character varying(40) NOT NULL,
    customer_id character varying(10),
    created_at timestamp with time zone NOT NULL,
    version integer NOT NULL
);
CREATE SEQUENCE public.contact_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.contact_id_seq OWNED BY public.contact.id;
CREATE TABLE public.contact_identity (
    channel character varying(40) NOT NULL,
    address character varying(320) NOT NULL,
    contact_id bigint NOT NULL
);
CREATE TABLE public.correction (
    id character varying(26) NOT NULL,
    message_id character varying(26) NOT NULL,
    analysis_id character varying(26) NOT NULL,
    field character varying(40) NOT NULL,
    was text NOT NULL,
    becomes text NOT NULL,
    by character varying(100) NOT NULL,
    at timestamp with time zone NOT NULL
);
CREATE TABLE public.customer (
    id character varying(10) NOT NULL,
    name character varying(200) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    version integer NOT NULL
);
CREATE TABLE public.decision (
    id character varying(26) NOT NULL,
    message_id character varying(26) NOT NULL,
    rule_set character varying(100) NOT NULL,
    rule_set_version integer NOT NULL,
    rule character varying(200) NOT NULL,
    route character varying(60) NOT NULL,
    actions jsonb NOT NULL,
    facts jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL
);
CREATE TABLE public.delivery_notice (
    id character varying(64) NOT NULL,
    channel character varying(40) NOT NULL,
    provider_id character varying(200) NOT NULL,
    key character varying(40) NOT NULL,
    recipient character varying(320) NOT NULL,
    until timestamp with time zone,
    state character varying(20) NOT NULL,
    at timestamp with time zone NOT NULL,
    error text NOT NULL
);
CREATE TABLE public.effect (
    key character varying(100) NOT NULL,
    message_id character varying(26) NOT NULL,
    interaction_id bigint NOT NULL,
    decision_id character varying(26) NOT NULL,
    "position" integer NOT NULL,
    kind character varying(40) NOT NULL,
    parameters jsonb NOT NULL,
    state character varying(20) NOT NULL,
    attempts integer NOT NULL,
    reference character varying(200) NOT NULL,
    detail jsonb NOT NULL,
    error text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    done_at timestamp with time zone,
    waits_for jsonb DEFAULT '[]'::jsonb NOT NULL,
    apart boolean DEFAULT false NOT NULL
);
CREATE TABLE public.example (
    id character varying(26) NOT NULL,
    intent character varying(40) NOT NULL,
    text text NOT NULL,
    correction_id character varying(26),
    created_at timestamp with time zone NOT NULL
);
CREATE TABLE public.idempotency (
    caller character varying(100) NOT NULL,
    key character varying(200) NOT NULL,
    fingerprint character varying(64) NOT NULL,
    status integer NOT NULL,
    body text NOT NULL,
    created_at timestamp with time zone NOT NULL
);
CREATE TABLE public.inbound_message (
    id character varying(26) NOT NULL,
    interaction_id bigint NOT NULL,
    sequence integer NOT NULL,
    channel character varying(40) NOT NULL,
    text text NOT NULL,
    sender_name character varying(200) NOT NULL,
    sender_address character varying(320) NOT NULL,
    sender_phone character varying(40) NOT NULL,
    customer_no character varying(40) NOT NULL,
    contact_id bigint,
    analysis_id character varying(26),
    recorded boolean NOT NULL,
    received_at timestamp with time zone NOT NULL,
    provider_id character varying(200) DEFAULT ''::character varying NOT NULL,
    thread character varying(200) DEFAULT ''::character varying NOT NULL,
    context jsonb DEFAULT '{}'::jsonb NOT NULL,
    automatic character varying(200) DEFAULT ''::character varying NOT NULL
);
CREATE TABLE public.inbox_event (
    id character varying(26) NOT NULL,
    channel character varying(40) NOT NULL,
    provider_id character varying(200) NOT NULL,
    message_id character varying(26),
    raw bytea,
    received_at timestamp with time zone NOT NULL,
    event_id character varying(26)
);
CREATE TABLE public.insight_change (
    id bigint NOT NULL,
    interaction_id bigint NOT NULL
);
CREATE SEQUENCE public.insight_change_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.insight_change_id_seq OWNED BY public.insight_change.id;
CREATE TABLE public.insight_interaction (
    interaction_id bigint NOT NULL,
    stamp bigint NOT NULL,
    gone boolean NOT NULL,
    at bigint NOT NULL,
    customer character varying(10) NOT NULL,
    priority character varying(40) NOT NULL,
    category character varying(40) NOT NULL,
    intent character varying(40) NOT NULL,
    channel character varying(40) NOT NULL,
    status character varying(40) NOT NULL,
    sentiment character varying(11) NOT NULL,
    type character varying(40) NOT NULL,
    language character varying(10) NOT NULL,
    route character varying(60) NOT NULL,
    team character varying(40) NOT NULL,
    tier character varying(20) NOT NULL,
    answer_seconds bigint NOT NULL,
    close_seconds bigint NOT NULL,
    automated integer NOT NULL
);
CREATE TABLE public.insight_message (
    message_id character varying(26) NOT NULL,
    interaction_id bigint NOT NULL,
    at bigint NOT NULL,
    intent character varying(40) NOT NULL,
    channel character varying(40) NOT NULL,
    sentiment character varying(11) NOT NULL,
    type character varying(40) NOT NULL,
    language character varying(10) NOT NULL,
    tier character varying(20) NOT NULL,
    service_calls integer NOT NULL,
    corrections integer NOT NULL,
    cost bigint NOT NULL
);
CREATE TABLE public.insight_reply (
    message_id character varying(26) NOT NULL,
    interaction_id bigint NOT NULL,
    at bigint NOT NULL,
    channel character varying(40) NOT NULL
);
CREATE TABLE public.insight_state (
    id integer NOT NULL,
    epoch bigint NOT NULL,
    stamp bigint NOT NULL
);
CREATE TABLE public.intent_draft (
    id character varying(36) NOT NULL,
    code character varying(40) NOT NULL,
    name character varying(100),
    description text,
    embedding text,
    has_active boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    created_by character varying(100) NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    changed_by character varying(100) NOT NULL
);
CREATE TABLE public.intent_vector (
    code character varying(40) NOT NULL,
    embedding text NOT NULL
);
CREATE TABLE public.interaction (
    id bigint NOT NULL,
    reference character varying(8) NOT NULL,
    title character varying(100) NOT NULL,
    summary character varying(300) NOT NULL,
    category character varying(40) NOT NULL,
    channel character varying(40) NOT NULL,
    status character varying(40) NOT NULL,
    priority character varying(40) NOT NULL,
    customer_id character varying(10),
    team character varying(40) NOT NULL,
    route character varying(60) NOT NULL,
    tags character varying(100) NOT NULL,
    intent character varying(40),
    sentiment character varying(11),
    created_by character varying(100) NOT NULL,
    modified_by character varying(100) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    first_answer_at timestamp with time zone,
    closed_at timestamp with time zone,
    version integer NOT NULL,
    tier character varying(20),
    confidence double precision DEFAULT '-1'::integer NOT NULL,
    language character varying(10),
    message_type character varying(40),
    merged_into bigint
);
CREATE SEQUENCE public.interaction_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.interaction_id_seq OWNED BY public.interaction.id;
CREATE TABLE public.journal (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    kind character varying(40) NOT NULL,
    interaction_id bigint,
    message_id character varying(26),
    by character varying(100) NOT NULL,
    detail jsonb NOT NULL
);
CREATE SEQUENCE public.journal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.journal_id_seq OWNED BY public.journal.id;
CREATE TABLE public.kept_answer (
    key character varying(64) NOT NULL,
    value text NOT NULL,
    size integer NOT NULL,
    used_at timestamp with time zone NOT NULL
);
CREATE TABLE public.message_edit (
    id character varying(64) NOT NULL,
    channel character varying(40) NOT NULL,
    provider_id character varying(200) NOT NULL,
    text text,
    at timestamp with time zone NOT NULL
);
CREATE TABLE public.meta (
    key character varying(60) NOT NULL,
    value text NOT NULL
);
CREATE TABLE public.model_call (
    id character varying(26) NOT NULL,
    run_id character varying(26) NOT NULL,
    at timestamp with time zone NOT NULL,
    day character varying(10) NOT NULL,
    operation character varying(20) NOT NULL,
    use_case character varying(60) NOT NULL,
    version integer NOT NULL,
    service character varying(60) NOT NULL,
    model character varying(100) NOT NULL,
    tier character varying(10) NOT NULL,
    caller character varying(100) NOT NULL,
    message_id character varying(26) NOT NULL,
    attempt integer NOT NULL,
    outcome character varying(20) NOT NULL,
    input_tokens bigint NOT NULL,
    output_tokens bigint NOT NULL,
    cost bigint NOT NULL,
    priced boolean NOT NULL,
    milliseconds double precision NOT NULL,
    cached boolean NOT NULL,
    masked boolean NOT NULL,
    asked text,
    answered text
);
CREATE TABLE public.money_pot (
    name character varying(170) NOT NULL,
    period character varying(10) NOT NULL,
    spent bigint NOT NULL,
    reserved bigint NOT NULL
);
CREATE TABLE public.outbound_message (
    id character varying(26) NOT NULL,
    interaction_id bigint NOT NULL,
    sequence integer NOT NULL,
    type character varying(40) NOT NULL,
    channel character varying(40) NOT NULL,
    recipient character varying(320) NOT NULL,
    text text NOT NULL,
    processed_by character varying(100) NOT NULL,
    remark character varying(200) NOT NULL,
    reply_to character varying(26),
    effect_key character varying(100),
    state character varying(20) NOT NULL,
    provider_id character varying(200) NOT NULL,
    error text NOT NULL,
    created_at timestamp with time zone NOT NULL
);
CREATE TABLE public.outbound_part (
    message_id character varying(26) NOT NULL,
    part integer NOT NULL,
    channel character varying(40) NOT NULL,
    recipient character varying(320) NOT NULL,
    key character varying(40) NOT NULL,
    state character varying(20) NOT NULL,
    provider_id character varying(200) NOT NULL,
    at timestamp with time zone NOT NULL
);
CREATE TABLE public.published_use_case (
    name character varying(60) NOT NULL,
    version integer NOT NULL
);
CREATE TABLE public.rule_publication (
    id bigint NOT NULL,
    version integer NOT NULL,
    at timestamp with time zone NOT NULL,
    by character varying(100) NOT NULL,
    note text NOT NULL
);
CREATE SEQUENCE public.rule_publication_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.rule_publication_id_seq OWNED BY public.rule_publication.id;
CREATE TABLE public.rule_set (
    version integer NOT NULL,
    name character varying(40) NOT NULL,
    content text NOT NULL,
    note text NOT NULL,
    created_by character varying(100) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    revision integer NOT NULL,
    published_at timestamp with time zone,
    published_by character varying(100) NOT NULL
);
CREATE TABLE public.saved_view (
    id character varying(26) NOT NULL,
    owner character varying(100) NOT NULL,
    name character varying(60) NOT NULL,
    query text NOT NULL,
    shared boolean NOT NULL,
    created_at timestamp with time zone NOT NULL
);
CREATE TABLE public.search_index (
    interaction_id bigint NOT NULL,
    words tsvector NOT NULL
);
CREATE TABLE public.service_call (
    id bigint NOT NULL,
    key character varying(100) NOT NULL,
    subject character varying(200) NOT NULL,
    remarks text NOT NULL,
    priority character varying(40) NOT NULL,
    status character varying(40) NOT NULL,
    interaction_id bigint NOT NULL,
    customer_id character varying(10),
    contact_id bigint,
    created_at timestamp with time zone NOT NULL
);
CREATE SEQUENCE public.service_call_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.service_call_id_seq OWNED BY public.service_call.id;
CREATE TABLE public.service_rate (
    service character varying(60) NOT NULL,
    requests_due double precision NOT NULL,
    tokens_due double precision NOT NULL
);
CREATE TABLE public.session (
    token_hash character varying(64) NOT NULL,
    account_id character varying(26) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL
);
CREATE TABLE public.to_reread (
    message_id character varying(26) NOT NULL,
    reason character varying(300) NOT NULL,
    marked_at timestamp with time zone NOT NULL
);
CREATE TABLE public.use_case_version (
    name character varying(60) NOT NULL,
    version integer NOT NULL,
    body text NOT NULL,
    note character varying(200) NOT NULL,
    by character varying(100) NOT NULL,
    created_at timestamp with time zone NOT NULL
);
CREATE TABLE public.work (
    id character varying(26) NOT NULL,
    kind character varying(40) NOT NULL,
    subject character varying(100) NOT NULL,
    step character varying(40) NOT NULL,
    state character varying(20) NOT NULL,
    due_at timestamp with time zone NOT NULL,
    attempts integer NOT NULL,
    lease_owner character varying(120) NOT NULL,
    last_error text NOT NULL,
    created_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY public.contact ALTER COLUMN id SET DEFAULT nextval('public.contact_id_seq'::regclass);
ALTER TABLE ONLY public.insight_change ALTER COLUMN id SET DEFAULT nextval('public.insight_change_id_seq'::regclass);
ALTER TABLE ONLY public.interaction ALTER COLUMN id SET DEFAULT nextval('public.interaction_id_seq'::regclass);
ALTER TABLE ONLY public.journal ALTER COLUMN id SET DEFAULT nextval('public.journal_id_seq'::regclass);
ALTER TABLE ONLY public.rule_publication ALTER COLUMN id SET DEFAULT nextval('public.rule_publication_id_seq'::regclass);
ALTER TABLE ONLY public.service_call ALTER COLUMN id SET DEFAULT nextval('public.service_call_id_seq'::regclass);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.account
    ADD CONSTRAINT pk_account PRIMARY KEY (id);
ALTER TABLE ONLY public.analysis
    ADD CONSTRAINT pk_analysis PRIMARY KEY (id);
ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT pk_api_key PRIMARY KEY (id);
ALTER TABLE ONLY public.attachment
    ADD CONSTRAINT pk_attachment PRIMARY KEY (id);
ALTER TABLE ONLY public.audio_recording
    ADD CONSTRAINT pk_audio_recording PRIMARY KEY (id);
ALTER TABLE ONLY public.call_permit
    ADD CONSTRAINT pk_call_permit PRIMARY KEY (id);
ALTER TABLE ONLY public.channel_event
    ADD CONSTRAINT pk_channel_event PRIMARY KEY (id);
ALTER TABLE ONLY public.channel_held
    ADD CONSTRAINT pk_channel_held PRIMARY KEY (channel, day);
ALTER TABLE ONLY public.channel_mark
    ADD CONSTRAINT pk_channel_mark PRIMARY KEY (channel, key);
ALTER TABLE ONLY public.channel_watch
    ADD CONSTRAINT pk_channel_watch PRIMARY KEY (channel);
ALTER TABLE ONLY public.code
    ADD CONSTRAINT pk_code PRIMARY KEY (list, code);
ALTER TABLE ONLY public.contact
    ADD CONSTRAINT pk_contact PRIMARY KEY (id);
ALTER TABLE ONLY public.contact_identity
    ADD CONSTRAINT pk_contact_identity PRIMARY KEY (channel, address);
ALTER TABLE ONLY public.correction
    ADD CONSTRAINT pk_correction PRIMARY KEY (id);
ALTER TABLE ONLY public.customer
    ADD CONSTRAINT pk_customer PRIMARY KEY (id);
ALTER TABLE ONLY public.decision
    ADD CONSTRAINT pk_decision PRIMARY KEY (id);
ALTER TABLE ONLY public.delivery_notice
    ADD CONSTRAINT pk_delivery_notice PRIMARY KEY (id);
ALTER TABLE ONLY public.effect
    ADD CONSTRAINT pk_effect PRIMARY KEY (key);
ALTER TABLE ONLY public.example
    ADD CONSTRAINT pk_example PRIMARY KEY (id);
ALTER TABLE ONLY public.idempotency
    ADD CONSTRAINT pk_idempotency PRIMARY KEY (caller, key);
ALTER TABLE ONLY public.inbound_message
    ADD CONSTRAINT pk_inbound_message PRIMARY KEY (id);
ALTER TABLE ONLY public.inbox_event
    ADD CONSTRAINT pk_inbox_event PRIMARY KEY (id);
ALTER TABLE ONLY public.insight_change
    ADD CONSTRAINT pk_insight_change PRIMARY KEY (id);
ALTER TABLE ONLY public.insight_interaction
    ADD CONSTRAINT pk_insight_interaction PRIMARY KEY (interaction_id);
ALTER TABLE ONLY public.insight_message
    ADD CONSTRAINT pk_insight_message PRIMARY KEY (message_id);
ALTER TABLE ONLY public.insight_reply
    ADD CONSTRAINT pk_insight_reply PRIMARY KEY (message_id);
ALTER TABLE ONLY public.insight_state
    ADD CONSTRAINT pk_insight_state PRIMARY KEY (id);
ALTER TABLE ONLY public.intent_draft
    ADD CONSTRAINT pk_intent_draft PRIMARY KEY (id);
ALTER TABLE ONLY public.intent_vector
    ADD CONSTRAINT pk_intent_vector PRIMARY KEY (code);
ALTER TABLE ONLY public.interaction
    ADD CONSTRAINT pk_interaction PRIMARY KEY (id);
ALTER TABLE ONLY public.journal
    ADD CONSTRAINT pk_journal PRIMARY KEY (id);
ALTER TABLE ONLY public.kept_answer
    ADD CONSTRAINT pk_kept_answer PRIMARY KEY (key);
ALTER TABLE ONLY public.message_edit
    ADD CONSTRAINT pk_message_edit PRIMARY KEY (id);
ALTER TABLE ONLY public.meta
    ADD CONSTRAINT pk_meta PRIMARY KEY (key);
ALTER TABLE ONLY public.model_call
    ADD CONSTRAINT pk_model_call PRIMARY KEY (id);
ALTER TABLE ONLY public.money_pot
    ADD CONSTRAINT pk_money_pot PRIMARY KEY (name, period);
ALTER TABLE ONLY public.outbound_message
    ADD CONSTRAINT pk_outbound_message PRIMARY KEY (id);
ALTER TABLE ONLY public.outbound_part
    ADD CONSTRAINT pk_outbound_part PRIMARY KEY (message_id, part);
ALTER TABLE ONLY public.published_use_case
    ADD CONSTRAINT pk_published_use_case PRIMARY KEY (name);
ALTER TABLE ONLY public.rule_publication
    ADD CONSTRAINT pk_rule_publication PRIMARY KEY (id);
ALTER TABLE ONLY public.rule_set
    ADD CONSTRAINT pk_rule_set PRIMARY KEY (version);
ALTER TABLE ONLY public.saved_view
    ADD CONSTRAINT pk_saved_view PRIMARY KEY (id);
ALTER TABLE ONLY public.service_call
    ADD CONSTRAINT pk_service_call PRIMARY KEY (id);
ALTER TABLE ONLY public.service_rate
    ADD CONSTRAINT pk_service_rate PRIMARY KEY (service);
ALTER TABLE ONLY public.session
    ADD CONSTRAINT pk_session PRIMARY KEY (token_hash);
ALTER TABLE ONLY public.to_reread
    ADD CONSTRAINT pk_to_reread PRIMARY KEY (message_id);
ALTER TABLE ONLY public.use_case_version
    ADD CONSTRAINT pk_use_case_version PRIMARY KEY (name, version);
ALTER TABLE ONLY public.work
    ADD CONSTRAINT pk_work PRIMARY KEY (id);
ALTER TABLE ONLY public.search_index
    ADD CONSTRAINT search_index_pkey PRIMARY KEY (interaction_id);
ALTER TABLE ONLY public.account
    ADD CONSTRAINT uq_account_email UNIQUE (email);
ALTER TABLE ONLY public.analysis
    ADD CONSTRAINT uq_analysis_message_id_run UNIQUE (message_id, run);
ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT uq_api_key_secret_hash UNIQUE (secret_hash);
ALTER TABLE ONLY public.channel_event
    ADD CONSTRAINT uq_channel_event_channel_provider_id UNIQUE (channel, provider_id);
ALTER TABLE ONLY public.decision
    ADD CONSTRAINT uq_decision_message_id UNIQUE (message_id);
ALTER TABLE ONLY public.example
    ADD CONSTRAINT uq_example_correction_id UNIQUE (correction_id);
ALTER TABLE ONLY public.inbound_message
    ADD CONSTRAINT uq_inbound_message_interaction_id_sequence UNIQUE (interaction_id, sequence);
ALTER TABLE ONLY public.inbox_event
    ADD CONSTRAINT uq_inbox_event_channel_provider_id UNIQUE (channel, provider_id);
ALTER TABLE ONLY public.intent_draft
    ADD CONSTRAINT uq_intent_draft_code UNIQUE (code);
ALTER TABLE ONLY public.interaction
    ADD CONSTRAINT uq_interaction_reference UNIQUE (reference);
ALTER TABLE ONLY public.outbound_message
    ADD CONSTRAINT uq_outbound_message_effect_key UNIQUE (effect_key);
ALTER TABLE ONLY public.outbound_message
    ADD CONSTRAINT uq_outbound_message_interaction_id_sequence UNIQUE (interaction_id, sequence);
ALTER TABLE ONLY public.saved_view
    ADD CONSTRAINT uq_saved_view_owner_name UNIQUE (owner, name);
ALTER TABLE ONLY public.service_call
    ADD CONSTRAINT uq_service_call_key UNIQUE (key);
CREATE INDEX ix_attachment_message_id ON public.attachment USING btree (message_id);
CREATE INDEX ix_audio_recording_message_id ON public.audio_recording USING btree (message_id);
CREATE INDEX ix_call_permit_service ON public.call_permit USING btree (service);
CREATE INDEX ix_call_permit_until ON public.call_permit USING btree (until);
CREATE INDEX ix_channel_event_failed ON public.channel_event USING btree (received_at) WHERE ((state)::text = 'failed'::text);
CREATE INDEX ix_channel_event_received ON public.channel_event USING btree (received_at, id);
CREATE INDEX ix_contact_customer_id ON public.contact USING btree (customer_id);
CREATE INDEX ix_contact_identity_contact_id ON public.contact_identity USING btree (contact_id);
CREATE INDEX ix_correction_message_id ON public.correction USING btree (message_id);
CREATE INDEX ix_delivery_notice_provider ON public.delivery_notice USING btree (channel, provider_id);
CREATE INDEX ix_delivery_notice_recipient ON public.delivery_notice USING btree (channel, recipient);
CREATE INDEX ix_effect_attention ON public.effect USING btree (state, created_at) WHERE ((state)::text = ANY ((ARRAY['failed'::character varying, 'waiting'::character varying, 'pending'::character varying])::text[]));
CREATE INDEX ix_effect_interaction_id ON public.effect USING btree (interaction_id);
CREATE INDEX ix_effect_message_id ON public.effect USING btree (message_id);
CREATE INDEX ix_example_intent ON public.example USING btree (intent);
CREATE INDEX ix_idempotency_created_at ON public.idempotency USING btree (created_at);
CREATE INDEX ix_inbound_message_contact_id ON public.inbound_message USING btree (contact_id);
CREATE INDEX ix_inbound_message_sender ON public.inbound_message USING btree (channel, sender_address, received_at);
CREATE INDEX ix_inbound_message_thread ON public.inbound_message USING btree (channel, thread) WHERE ((thread)::text <> ''::text);
CREATE INDEX ix_inbox_event_message_id ON public.inbox_event USING btree (message_id);
CREATE INDEX ix_inbox_event_received ON public.inbox_event USING btree (received_at, channel);
CREATE INDEX ix_insight_interaction_stamp ON public.insight_interaction USING btree (stamp);
CREATE INDEX ix_insight_message_interaction_id ON public.insight_message USING btree (interaction_id);
CREATE INDEX ix_insight_reply_interaction_id ON public.insight_reply USING btree (interaction_id);
CREATE INDEX ix_interaction_confidence ON public.interaction USING btree (confidence, id);
CREATE INDEX ix_interaction_created ON public.interaction USING btree (created_at, id);
CREATE INDEX ix_interaction_customer_id ON public.interaction USING btree (customer_id);
CREATE INDEX ix_interaction_list ON public.interaction USING btree (updated_at, id, status, category, channel, priority, intent, sentiment, team, tier, confidence, language, message_type, created_at, customer_id, route, merged_into);
CREATE INDEX ix_interaction_priority ON public.interaction USING btree (priority, id);
CREATE INDEX ix_interaction_status ON public.interaction USING btree (status, updated_at, id, category, channel, priority, intent, sentiment, team, tier, confidence, language, message_type, created_at, customer_id, route, merged_into);
CREATE INDEX ix_interaction_unanswered ON public.interaction USING btree (created_at) WHERE ((first_answer_at IS NULL) AND (closed_at IS NULL));
CREATE INDEX ix_journal_interaction_id ON public.journal USING btree (interaction_id);
CREATE INDEX ix_kept_answer_used_at ON public.kept_answer USING btree (used_at);
CREATE INDEX ix_message_edit_provider ON public.message_edit USING btree (channel, provider_id);
CREATE INDEX ix_model_call_at ON public.model_call USING btree (at);
CREATE INDEX ix_model_call_day ON public.model_call USING btree (day, use_case, model, caller);
CREATE INDEX ix_model_call_message_id ON public.model_call USING btree (message_id);
CREATE INDEX ix_outbound_part_key ON public.outbound_part USING btree (key);
CREATE INDEX ix_outbound_part_provider ON public.outbound_part USING btree (channel, provider_id);
CREATE INDEX ix_outbound_part_recipient ON public.outbound_part USING btree (channel, recipient, at);
CREATE INDEX ix_search_index_words ON public.search_index USING gin (words);
CREATE INDEX ix_service_call_interaction_id ON public.service_call USING btree (interaction_id);
CREATE INDEX ix_session_account_id ON public.session USING btree (account_id);
CREATE INDEX ix_session_expires_at ON public.session USING btree (expires_at);
CREATE INDEX ix_work_due ON public.work USING btree (due_at, id) WHERE ((state)::text = 'open'::text);
CREATE INDEX ix_work_failed ON public.work USING btree (created_at) WHERE ((state)::text = 'failed'::text);
CREATE INDEX ix_work_subject ON public.work USING btree (subject);
CREATE TRIGGER insight_correction_delete_f77343da AFTER DELETE ON public.correction FOR EACH ROW EXECUTE FUNCTION public.insight_correction_delete_f77343da();
CREATE TRIGGER insight_correction_insert_70e5c0e8 AFTER INSERT ON public.correction FOR EACH ROW EXECUTE FUNCTION public.insight_correction_insert_70e5c0e8();
CREATE TRIGGER insight_correction_update_5cfe1ee0 AFTER UPDATE OF message_id, analysis_id, field, becomes ON public.correction FOR EACH ROW EXECUTE FUNCTION public.insight_correction_update_5cfe1ee0();
CREATE TRIGGER insight_effect_delete_12f45daf AFTER DELETE ON public.effect FOR EACH ROW WHEN (((old.kind)::text = 'create_service_call'::text)) EXECUTE FUNCTION public.insight_effect_delete_12f45daf();
CREATE TRIGGER insight_effect_insert_a8c622b9 AFTER INSERT ON public.effect FOR EACH ROW WHEN (((new.kind)::text = 'create_service_call'::text)) EXECUTE FUNCTION public.insight_effect_insert_a8c622b9();
CREATE TRIGGER insight_effect_update_d2e17158 AFTER UPDATE OF interaction_id, state ON public.effect FOR EACH ROW WHEN ((((old.kind)::text = 'create_service_call'::text) OR ((new.kind)::text = 'create_service_call'::text))) EXECUTE FUNCTION public.insight_effect_update_d2e17158();
CREATE TRIGGER insight_inbound_message_delete_800e1db5 AFTER DELETE ON public.inbound_message FOR EACH ROW EXECUTE FUNCTION public.insight_inbound_message_delete_800e1db5();
CREATE TRIGGER insight_inbound_message_insert_59d73693 AFTER INSERT ON public.inbound_message FOR EACH ROW EXECUTE FUNCTION public.insight_inbound_message_insert_59d73693();
CREATE TRIGGER insight_inbound_message_update_a6f61fe3 AFTER UPDATE OF interaction_id, analysis_id, channel, received_at ON public.inbound_message FOR EACH ROW EXECUTE FUNCTION public.insight_inbound_message_update_a6f61fe3();
CREATE TRIGGER insight_interaction_delete_75a8bc6c AFTER DELETE ON public.interaction FOR EACH ROW EXECUTE FUNCTION public.insight_interaction_delete_75a8bc6c();
CREATE TRIGGER insight_interaction_insert_2e75f353 AFTER INSERT ON public.interaction FOR EACH ROW EXECUTE FUNCTION public.insight_interaction_insert_2e75f353();
CREATE TRIGGER insight_interaction_update_cbcf34ed AFTER UPDATE OF customer_id, priority, category, intent, channel, status, sentiment, route, team, created_at, first_answer_at, closed_at, merged_into ON public.interaction FOR EACH ROW EXECUTE FUNCTION public.insight_interaction_update_cbcf34ed();
CREATE TRIGGER insight_model_call_delete_25f698f1 AFTER DELETE ON public.model_call FOR EACH ROW WHEN (((old.message_id)::text <> ''::text)) EXECUTE FUNCTION public.insight_model_call_delete_25f698f1();
CREATE TRIGGER insight_model_call_insert_b69a70e3 AFTER INSERT ON public.model_call FOR EACH ROW WHEN (((new.message_id)::text <> ''::text)) EXECUTE FUNCTION public.insight_model_call_insert_b69a70e3();
CREATE TRIGGER insight_model_call_update_b16c70ac AFTER UPDATE OF message_id, cost ON public.model_call FOR EACH ROW WHEN ((((old.message_id)::text <> ''::text) OR ((new.message_id)::text <> ''::text))) EXECUTE FUNCTION public.insight_model_call_update_b16c70ac();
CREATE TRIGGER insight_outbound_message_delete_a9bffbce AFTER DELETE ON public.outbound_message FOR EACH ROW EXECUTE FUNCTION public.insight_outbound_message_delete_a9bffbce();
CREATE TRIGGER insight_outbound_message_insert_7b6ba718 AFTER INSERT ON public.outbound_message FOR EACH ROW EXECUTE FUNCTION public.insight_outbound_message_insert_7b6ba718();
CREATE TRIGGER insight_outbound_message_update_ec123221 AFTER UPDATE OF interaction_id, type, channel, created_at ON public.outbound_message FOR EACH ROW EXECUTE FUNCTION public.insight_outbound_message_update_ec123221();
ALTER TABLE ONLY public.analysis
    ADD CONSTRAINT fk_analysis_message_id FOREIGN KEY (message_id) REFERENCES public.inbound_message(id);
ALTER TABLE ONLY public.attachment
    ADD CONSTRAINT fk_attachment_message_id FOREIGN KEY (message_id) REFERENCES public.inbound_message(id);
ALTER TABLE ONLY public.audio_recording
    ADD CONSTRAINT fk_audio_recording_message_id FOREIGN KEY (message_id) REFERENCES public.inbound_message(id);
ALTER TABLE ONLY public.contact
    ADD CONSTRAINT fk_contact_customer_id FOREIGN KEY (customer_id) REFERENCES public.customer(id);
ALTER TABLE ONLY public.contact_identity
    ADD CONSTRAINT fk_contact_identity_contact_id FOREIGN KEY (contact_id) REFERENCES public.contact(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.correction
    ADD CONSTRAINT fk_correction_analysis_id FOREIGN KEY (analysis_id) REFERENCES public.analysis(id);
ALTER TABLE ONLY public.correction
    ADD CONSTRAINT fk_correction_message_id FOREIGN KEY (message_id) REFERENCES public.inbound_message(id);
ALTER TABLE ONLY public.decision
    ADD CONSTRAINT fk_decision_message_id FOREIGN KEY (message_id) REFERENCES public.inbound_message(id);
ALTER TABLE ONLY public.effect
    ADD CONSTRAINT fk_effect_decision_id FOREIGN KEY (decision_id) REFERENCES public.decision(id);
ALTER TABLE ONLY public.effect
    ADD CONSTRAINT fk_effect_interaction_id FOREIGN KEY (interaction_id) REFERENCES public.interaction(id);
ALTER TABLE ONLY public.effect
    ADD CONSTRAINT fk_effect_message_id FOREIGN KEY (message_id) REFERENCES public.inbound_message(id);
ALTER TABLE ONLY public.inbound_message
    ADD CONSTRAINT fk_inbound_message_contact_id FOREIGN KEY (contact_id) REFERENCES public.contact(id);
ALTER TABLE ONLY public.inbound_message
    ADD CONSTRAINT fk_inbound_message_interaction_id FOREIGN KEY (interaction_id) REFERENCES public.interaction(id);
ALTER TABLE ONLY public.interaction
    ADD CONSTRAINT fk_interaction_customer_id FOREIGN KEY (customer_id) REFERENCES public.customer(id);
ALTER TABLE ONLY public.outbound_message
    ADD CONSTRAINT fk_outbound_message_interaction_id FOREIGN KEY (interaction_id) REFERENCES public.interaction(id);
ALTER TABLE ONLY public.outbound_part
    ADD CONSTRAINT fk_outbound_part_message_id FOREIGN KEY (message_id) REFERENCES public.outbound_message(id);
ALTER TABLE ONLY public.rule_publication
    ADD CONSTRAINT fk_rule_publication_version FOREIGN KEY (version) REFERENCES public.rule_set(version);
ALTER TABLE ONLY public.service_call
    ADD CONSTRAINT fk_service_call_interaction_id FOREIGN KEY (interaction_id) REFERENCES public.interaction(id);
ALTER TABLE ONLY public.session
    ADD CONSTRAINT fk_session_account_id FOREIGN KEY (account_id) REFERENCES public.account(id) ON DELETE CASCADE;
INSERT INTO alembic_version VALUES ('0011');
INSERT INTO insight_state (id, epoch, stamp) VALUES (1, 1, 1);
SELECT setval('public.interaction_id_seq', 8);
SELECT setval('public.contact_id_seq', 7);
SELECT setval('public.service_call_id_seq', 9);
SELECT setval('public.journal_id_seq', 1);
SELECT setval('public.rule_publication_id_seq', 1);
