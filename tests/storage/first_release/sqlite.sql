CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL,
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE account (
	id VARCHAR(26) NOT NULL,
	email VARCHAR(320) NOT NULL,
	name VARCHAR(200) NOT NULL,
	role VARCHAR(20) NOT NULL,
	password_hash VARCHAR(200) NOT NULL,
	active BOOLEAN NOT NULL,
	created_at VARCHAR(27) NOT NULL,
	CONSTRAINT pk_account PRIMARY KEY (id),
	CONSTRAINT uq_account_email UNIQUE (email)
);
CREATE TABLE api_key (
	id VARCHAR(26) NOT NULL,
	name VARCHAR(100) NOT NULL,
	role VARCHAR(20) NOT NULL,
	prefix VARCHAR(16) NOT NULL,
	secret_hash VARCHAR(64) NOT NULL,
	created_at VARCHAR(27) NOT NULL,
	revoked_at VARCHAR(27), scopes TEXT DEFAULT '' NOT NULL, budget_day BIGINT DEFAULT '0' NOT NULL, budget_month BIGINT DEFAULT '0' NOT NULL, requests_per_minute INTEGER DEFAULT '0' NOT NULL,
	CONSTRAINT pk_api_key PRIMARY KEY (id),
	CONSTRAINT uq_api_key_secret_hash UNIQUE (secret_hash)
);
CREATE TABLE code (
	list VARCHAR(20) NOT NULL,
	code VARCHAR(40) NOT NULL,
	name VARCHAR(100) NOT NULL,
	description TEXT NOT NULL,
	position INTEGER NOT NULL,
	active BOOLEAN NOT NULL,
	CONSTRAINT pk_code PRIMARY KEY (list, code)
);
CREATE TABLE customer (
	id VARCHAR(10) NOT NULL,
	name VARCHAR(200) NOT NULL,
	created_at VARCHAR(27) NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_customer PRIMARY KEY (id)
);
CREATE TABLE example (
	id VARCHAR(26) NOT NULL,
	intent VARCHAR(40) NOT NULL,
	text TEXT NOT NULL,
	correction_id VARCHAR(26),
	created_at VARCHAR(27) NOT NULL,
	CONSTRAINT pk_example PRIMARY KEY (id),
	CONSTRAINT uq_example_correction_id UNIQUE (correction_id)
);
CREATE INDEX ix_example_intent ON example (intent);
CREATE TABLE idempotency (
	caller VARCHAR(100) NOT NULL,
	"key" VARCHAR(200) NOT NULL,
	fingerprint VARCHAR(64) NOT NULL,
	status INTEGER NOT NULL,
	body TEXT NOT NULL,
	created_at VARCHAR(27) NOT NULL,
	CONSTRAINT pk_idempotency PRIMARY KEY (caller, "key")
);
CREATE INDEX ix_idempotency_created_at ON idempotency (created_at);
CREATE TABLE inbox_event (
	id VARCHAR(26) NOT NULL,
	channel VARCHAR(40) NOT NULL,
	provider_id VARCHAR(200) NOT NULL,
	message_id VARCHAR(26),
	raw BLOB,
	received_at VARCHAR(27) NOT NULL, event_id VARCHAR(26),
	CONSTRAINT pk_inbox_event PRIMARY KEY (id),
	CONSTRAINT uq_inbox_event_channel_provider_id UNIQUE (channel, provider_id)
);
CREATE INDEX ix_inbox_event_message_id ON inbox_event (message_id);
CREATE TABLE journal (
	id INTEGER NOT NULL,
	at VARCHAR(27) NOT NULL,
	kind VARCHAR(40) NOT NULL,
	interaction_id INTEGER,
	message_id VARCHAR(26),
	"by" VARCHAR(100) NOT NULL,
	detail JSON NOT NULL,
	CONSTRAINT pk_journal PRIMARY KEY (id)
);
CREATE INDEX ix_journal_interaction_id ON journal (interaction_id);
CREATE TABLE meta (
	"key" VARCHAR(60) NOT NULL,
	value TEXT NOT NULL,
	CONSTRAINT pk_meta PRIMARY KEY ("key")
);
CREATE TABLE work (
	id VARCHAR(26) NOT NULL,
	kind VARCHAR(40) NOT NULL,
	subject VARCHAR(100) NOT NULL,
	step VARCHAR(40) NOT NULL,
	state VARCHAR(20) NOT NULL,
	due_at VARCHAR(27) NOT NULL,
	attempts INTEGER NOT NULL,
	lease_owner VARCHAR(120) NOT NULL,
	last_error TEXT NOT NULL,
	created_at VARCHAR(27) NOT NULL,
	CONSTRAINT pk_work PRIMARY KEY (id)
);
CREATE INDEX ix_work_due ON work (due_at, id) WHERE state = 'open';
CREATE INDEX ix_work_failed ON work (created_at) WHERE state = 'failed';
CREATE INDEX ix_work_subject ON work (subject);
CREATE TABLE contact (
	id INTEGER NOT NULL,
	name VARCHAR(200) NOT NULL,
	email VARCHAR(320) NOT NULL,
	phone VARCHAR(40) NOT NULL,
	customer_id VARCHAR(10),
	created_at VARCHAR(27) NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_contact PRIMARY KEY (id),
	CONSTRAINT fk_contact_customer_id FOREIGN KEY(customer_id) REFERENCES customer (id)
);
CREATE INDEX ix_contact_customer_id ON contact (customer_id);
CREATE TABLE interaction (
	id INTEGER NOT NULL,
	reference VARCHAR(8) NOT NULL,
	title VARCHAR(100) NOT NULL,
	summary VARCHAR(300) NOT NULL,
	category VARCHAR(40) NOT NULL,
	channel VARCHAR(40) NOT NULL,
	status VARCHAR(40) NOT NULL,
	priority VARCHAR(40) NOT NULL,
	customer_id VARCHAR(10),
	team VARCHAR(40) NOT NULL,
	route VARCHAR(60) NOT NULL,
	tags VARCHAR(100) NOT NULL,
	intent VARCHAR(40),
	sentiment VARCHAR(11),
	created_by VARCHAR(100) NOT NULL,
	modified_by VARCHAR(100) NOT NULL,
	created_at VARCHAR(27) NOT NULL,
	updated_at VARCHAR(27) NOT NULL,
	first_answer_at VARCHAR(27),
	closed_at VARCHAR(27),
	version INTEGER NOT NULL, tier VARCHAR(20), confidence FLOAT DEFAULT (-1) NOT NULL, language VARCHAR(10), message_type VARCHAR(40), merged_into INTEGER,
	CONSTRAINT pk_interaction PRIMARY KEY (id),
	CONSTRAINT fk_interaction_customer_id FOREIGN KEY(customer_id) REFERENCES customer (id),
	CONSTRAINT uq_interaction_reference UNIQUE (reference)
);
CREATE INDEX ix_interaction_customer_id ON interaction (customer_id);
CREATE TABLE session (
	token_hash VARCHAR(64) NOT NULL,
	account_id VARCHAR(26) NOT NULL,
	created_at VARCHAR(27) NOT NULL,
	expires_at VARCHAR(27) NOT NULL,
	CONSTRAINT pk_session PRIMARY KEY (token_hash),
	CONSTRAINT fk_session_account_id FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE CASCADE
);
CREATE INDEX ix_session_account_id ON session (account_id);
CREATE INDEX ix_session_expires_at ON session (expires_at);
CREATE TABLE contact_identity (
	channel VARCHAR(40) NOT NULL,
	address VARCHAR(320) NOT NULL,
	contact_id INTEGER NOT NULL,
	CONSTRAINT pk_contact_identity PRIMARY KEY (channel, address),
	CONSTRAINT fk_contact_identity_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id) ON DELETE CASCADE
);
CREATE INDEX ix_contact_identity_contact_id ON contact_identity (contact_id);
CREATE TABLE outbound_message (
	id VARCHAR(26) NOT NULL,
	interaction_id INTEGER NOT NULL,
	sequence INTEGER NOT NULL,
	type VARCHAR(40) NOT NULL,
	channel VARCHAR(40) NOT NULL,
	recipient VARCHAR(320) NOT NULL,
	text TEXT NOT NULL,
	processed_by VARCHAR(100) NOT NULL,
	remark VARCHAR(200) NOT NULL,
	reply_to VARCHAR(26),
	effect_key VARCHAR(100),
	state VARCHAR(20) NOT NULL,
	provider_id VARCHAR(200) NOT NULL,
	error TEXT NOT NULL,
	created_at VARCHAR(27) NOT NULL,
	CONSTRAINT pk_outbound_message PRIMARY KEY (id),
	CONSTRAINT fk_outbound_message_interaction_id FOREIGN KEY(interaction_id) REFERENCES interaction (id),
	CONSTRAINT uq_outbound_message_effect_key UNIQUE (effect_key),
	CONSTRAINT uq_outbound_message_interaction_id_sequence UNIQUE (interaction_id, sequence)
);
CREATE TABLE service_call (
	id INTEGER NOT NULL,
	"key" VARCHAR(100) NOT NULL,
	subject VARCHAR(200) NOT NULL,
	remarks TEXT NOT NULL,
	priority VARCHAR(40) NOT NULL,
	status VARCHAR(40) NOT NULL,
	interaction_id INTEGER NOT NULL,
	customer_id VARCHAR(10),
	contact_id INTEGER,
	created_at VARCHAR(27) NOT NULL,
	CONSTRAINT pk_service_call PRIMARY KEY (id),
	CONSTRAINT fk_service_call_interaction_id FOREIGN KEY(interaction_id) REFERENCES interaction (id),
	CONSTRAINT uq_service_call_key UNIQUE ("key")
);
CREATE INDEX ix_service_call_interaction_id ON service_call (interaction_id);
CREATE TABLE analysis (
	id VARCHAR(26) NOT NULL,
	message_id VARCHAR(26) NOT NULL,
	run INTEGER NOT NULL,
	tier VARCHAR(20) NOT NULL,
	model VARCHAR(100) NOT NULL,
	language VARCHAR(10) NOT NULL,
	sentiment VARCHAR(11) NOT NULL,
	sentiment_probability FLOAT NOT NULL,
	title VARCHAR(100) NOT NULL,
	summary VARCHAR(300) NOT NULL,
	message_type VARCHAR(40) NOT NULL,
	type_probability FLOAT NOT NULL,
	intent VARCHAR(40),
	intent_probability FLOAT NOT NULL,
	intents JSON NOT NULL,
	entities JSON NOT NULL,
	milliseconds FLOAT NOT NULL,
	created_at VARCHAR(27) NOT NULL,
	CONSTRAINT pk_analysis PRIMARY KEY (id),
	CONSTRAINT fk_analysis_message_id FOREIGN KEY(message_id) REFERENCES inbound_message (id),
	CONSTRAINT uq_analysis_message_id_run UNIQUE (message_id, run)
);
CREATE TABLE audio_recording (
	id VARCHAR(26) NOT NULL,
	message_id VARCHAR(26) NOT NULL,
	media_type VARCHAR(100) NOT NULL,
	content BLOB NOT NULL,
	created_at VARCHAR(27) NOT NULL,
	CONSTRAINT pk_audio_recording PRIMARY KEY (id),
	CONSTRAINT fk_audio_recording_message_id FOREIGN KEY(message_id) REFERENCES inbound_message (id)
);
CREATE INDEX ix_audio_recording_message_id ON audio_recording (message_id);
CREATE TABLE decision (
	id VARCHAR(26) NOT NULL,
	message_id VARCHAR(26) NOT NULL,
	rule_set VARCHAR(100) NOT NULL,
	rule_set_version INTEGER NOT NULL,
	rule VARCHAR(200) NOT NULL,
	route VARCHAR(60) NOT NULL,
	actions JSON NOT NULL,
	facts JSON NOT NULL,
	created_at VARCHAR(27) NOT NULL,
	CONSTRAINT pk_decision PRIMARY KEY (id),
	CONSTRAINT fk_decision_message_id FOREIGN KEY(message_id) REFERENCES inbound_message (id),
	CONSTRAINT uq_decision_message_id UNIQUE (message_id)
);
CREATE TABLE correction (
	id VARCHAR(26) NOT NULL,
	message_id VARCHAR(26) NOT NULL,
	analysis_id VARCHAR(26) NOT NULL,
	field VARCHAR(40) NOT NULL,
	was TEXT NOT NULL,
	becomes TEXT NOT NULL,
	"by" VARCHAR(100) NOT NULL,
	at VARCHAR(27) NOT NULL,
	CONSTRAINT pk_correction PRIMARY KEY (id),
	CONSTRAINT fk_correction_analysis_id FOREIGN KEY(analysis_id) REFERENCES analysis (id),
	CONSTRAINT fk_correction_message_id FOREIGN KEY(message_id) REFERENCES inbound_message (id)
);
CREATE INDEX ix_correction_message_id ON correction (message_id);
CREATE TABLE model_call (
	id VARCHAR(26) NOT NULL,
	run_id VARCHAR(26) NOT NULL,
	at VARCHAR(27) NOT NULL,
	day VARCHAR(10) NOT NULL,
	operation VARCHAR(20) NOT NULL,
	use_case VARCHAR(60) NOT NULL,
	version INTEGER NOT NULL,
	service VARCHAR(60) NOT NULL,
	model VARCHAR(100) NOT NULL,
	tier VARCHAR(10) NOT NULL,
	caller VARCHAR(100) NOT NULL,
	message_id VARCHAR(26) NOT NULL,
	attempt INTEGER NOT NULL,
	outcome VARCHAR(20) NOT NULL,
	input_tokens BIGINT NOT NULL,
	output_tokens BIGINT NOT NULL,
	cost BIGINT NOT NULL,
	priced BOOLEAN NOT NULL,
	milliseconds FLOAT NOT NULL,
	cached BOOLEAN NOT NULL,
	masked BOOLEAN NOT NULL,
	asked TEXT,
	answered TEXT,
	CONSTRAINT pk_model_call PRIMARY KEY (id)
);
CREATE INDEX ix_model_call_at ON model_call (at);
CREATE INDEX ix_model_call_day ON model_call (day, use_case, model, caller);
CREATE INDEX ix_model_call_message_id ON model_call (message_id);
CREATE TABLE money_pot (
	name VARCHAR(170) NOT NULL,
	period VARCHAR(10) NOT NULL,
	spent BIGINT NOT NULL,
	reserved BIGINT NOT NULL,
	CONSTRAINT pk_money_pot PRIMARY KEY (name, period)
);
CREATE TABLE service_rate (
	service VARCHAR(60) NOT NULL,
	requests_due FLOAT NOT NULL,
	tokens_due FLOAT NOT NULL,
	CONSTRAINT pk_service_rate PRIMARY KEY (service)
);
CREATE TABLE call_permit (
	id VARCHAR(26) NOT NULL,
	service VARCHAR(60) NOT NULL,
	until VARCHAR(27) NOT NULL,
	cost BIGINT NOT NULL,
	pots JSON NOT NULL,
	CONSTRAINT pk_call_permit PRIMARY KEY (id)
);
CREATE INDEX ix_call_permit_service ON call_permit (service);
CREATE INDEX ix_call_permit_until ON call_permit (until);
CREATE TABLE kept_answer (
	"key" VARCHAR(64) NOT NULL,
	value TEXT NOT NULL,
	size INTEGER NOT NULL,
	used_at VARCHAR(27) NOT NULL,
	CONSTRAINT pk_kept_answer PRIMARY KEY ("key")
);
CREATE INDEX ix_kept_answer_used_at ON kept_answer (used_at);
CREATE TABLE use_case_version (
	name VARCHAR(60) NOT NULL,
	version INTEGER NOT NULL,
	body TEXT NOT NULL,
	note VARCHAR(200) NOT NULL,
	"by" VARCHAR(100) NOT NULL,
	created_at VARCHAR(27) NOT NULL,
	CONSTRAINT pk_use_case_version PRIMARY KEY (name, version)
);
CREATE TABLE published_use_case (
	name VARCHAR(60) NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_published_use_case PRIMARY KEY (name)
);
CREATE TABLE to_reread (
	message_id VARCHAR(26) NOT NULL,
	reason VARCHAR(300) NOT NULL,
	marked_at VARCHAR(27) NOT NULL,
	CONSTRAINT pk_to_reread PRIMARY KEY (message_id)
);
CREATE TABLE rule_set (
	version INTEGER NOT NULL,
	name VARCHAR(40) NOT NULL,
	content TEXT NOT NULL,
	note TEXT NOT NULL,
	created_by VARCHAR(100) NOT NULL,
	created_at VARCHAR(27) NOT NULL,
	revision INTEGER NOT NULL,
	published_at VARCHAR(27),
	published_by VARCHAR(100) NOT NULL,
	CONSTRAINT pk_rule_set PRIMARY KEY (version)
);
CREATE TABLE rule_publication (
	id INTEGER NOT NULL,
	version INTEGER NOT NULL,
	at VARCHAR(27) NOT NULL,
	"by" VARCHAR(100) NOT NULL,
	note TEXT NOT NULL,
	CONSTRAINT pk_rule_publication PRIMARY KEY (id),
	CONSTRAINT fk_rule_publication_version FOREIGN KEY(version) REFERENCES rule_set (version)
);
CREATE TABLE "effect" (
	"key" VARCHAR(100) NOT NULL,
	message_id VARCHAR(26) NOT NULL,
	interaction_id INTEGER NOT NULL,
	decision_id VARCHAR(26) NOT NULL,
	position INTEGER NOT NULL,
	kind VARCHAR(40) NOT NULL,
	parameters JSON NOT NULL,
	state VARCHAR(20) NOT NULL,
	attempts INTEGER NOT NULL,
	reference VARCHAR(200) NOT NULL,
	detail JSON NOT NULL,
	error TEXT NOT NULL,
	created_at VARCHAR(27) NOT NULL,
	done_at VARCHAR(27),
	waits_for JSON DEFAULT '[]' NOT NULL,
	apart BOOLEAN DEFAULT 0 NOT NULL,
	CONSTRAINT pk_effect PRIMARY KEY ("key"),
	CONSTRAINT fk_effect_message_id FOREIGN KEY(message_id) REFERENCES inbound_message (id),
	CONSTRAINT fk_effect_decision_id FOREIGN KEY(decision_id) REFERENCES decision (id),
	CONSTRAINT fk_effect_interaction_id FOREIGN KEY(interaction_id) REFERENCES interaction (id)
);
CREATE INDEX ix_effect_attention ON effect (state, created_at) WHERE state IN ('failed', 'waiting', 'pending');
CREATE INDEX ix_effect_message_id ON effect (message_id);
CREATE INDEX ix_effect_interaction_id ON effect (interaction_id);
CREATE TABLE channel_event (
	id VARCHAR(26) NOT NULL,
	channel VARCHAR(40) NOT NULL,
	provider_id VARCHAR(200) NOT NULL,
	content_type VARCHAR(200) NOT NULL,
	body BLOB NOT NULL,
	state VARCHAR(10) NOT NULL,
	received_at VARCHAR(27) NOT NULL,
	messages INTEGER NOT NULL,
	duplicates INTEGER NOT NULL,
	notices INTEGER NOT NULL,
	edits INTEGER NOT NULL,
	ignored INTEGER NOT NULL,
	unread INTEGER NOT NULL,
	error TEXT NOT NULL,
	CONSTRAINT pk_channel_event PRIMARY KEY (id),
	CONSTRAINT uq_channel_event_channel_provider_id UNIQUE (channel, provider_id)
);
CREATE INDEX ix_channel_event_failed ON channel_event (received_at) WHERE state = 'failed';
CREATE INDEX ix_channel_event_received ON channel_event (received_at, id);
CREATE TABLE channel_held (
	channel VARCHAR(40) NOT NULL,
	day VARCHAR(10) NOT NULL,
	messages INTEGER NOT NULL,
	CONSTRAINT pk_channel_held PRIMARY KEY (channel, day)
);
CREATE TABLE channel_mark (
	channel VARCHAR(40) NOT NULL,
	"key" VARCHAR(100) NOT NULL,
	value TEXT NOT NULL,
	CONSTRAINT pk_channel_mark PRIMARY KEY (channel, "key")
);
CREATE TABLE channel_watch (
	channel VARCHAR(40) NOT NULL,
	owner VARCHAR(120) NOT NULL,
	until VARCHAR(27) NOT NULL,
	CONSTRAINT pk_channel_watch PRIMARY KEY (channel)
);
CREATE TABLE delivery_notice (
	id VARCHAR(64) NOT NULL,
	channel VARCHAR(40) NOT NULL,
	provider_id VARCHAR(200) NOT NULL,
	"key" VARCHAR(40) NOT NULL,
	recipient VARCHAR(320) NOT NULL,
	until VARCHAR(27),
	state VARCHAR(20) NOT NULL,
	at VARCHAR(27) NOT NULL,
	error TEXT NOT NULL,
	CONSTRAINT pk_delivery_notice PRIMARY KEY (id)
);
CREATE INDEX ix_delivery_notice_provider ON delivery_notice (channel, provider_id);
CREATE INDEX ix_delivery_notice_recipient ON delivery_notice (channel, recipient);
CREATE TABLE message_edit (
	id VARCHAR(64) NOT NULL,
	channel VARCHAR(40) NOT NULL,
	provider_id VARCHAR(200) NOT NULL,
	text TEXT,
	at VARCHAR(27) NOT NULL,
	CONSTRAINT pk_message_edit PRIMARY KEY (id)
);
CREATE INDEX ix_message_edit_provider ON message_edit (channel, provider_id);
CREATE TABLE attachment (
	id VARCHAR(26) NOT NULL,
	message_id VARCHAR(26) NOT NULL,
	name VARCHAR(200) NOT NULL,
	media_type VARCHAR(100) NOT NULL,
	size INTEGER NOT NULL,
	sha256 VARCHAR(64) NOT NULL,
	state VARCHAR(10) NOT NULL,
	reason TEXT NOT NULL,
	remote JSON NOT NULL,
	is_speech BOOLEAN NOT NULL,
	content BLOB,
	created_at VARCHAR(27) NOT NULL,
	CONSTRAINT pk_attachment PRIMARY KEY (id),
	CONSTRAINT fk_attachment_message_id FOREIGN KEY(message_id) REFERENCES inbound_message (id)
);
CREATE INDEX ix_attachment_message_id ON attachment (message_id);
CREATE TABLE outbound_part (
	message_id VARCHAR(26) NOT NULL,
	part INTEGER NOT NULL,
	channel VARCHAR(40) NOT NULL,
	recipient VARCHAR(320) NOT NULL,
	"key" VARCHAR(40) NOT NULL,
	state VARCHAR(20) NOT NULL,
	provider_id VARCHAR(200) NOT NULL,
	at VARCHAR(27) NOT NULL,
	CONSTRAINT pk_outbound_part PRIMARY KEY (message_id, part),
	CONSTRAINT fk_outbound_part_message_id FOREIGN KEY(message_id) REFERENCES outbound_message (id)
);
CREATE INDEX ix_outbound_part_key ON outbound_part ("key");
CREATE INDEX ix_outbound_part_provider ON outbound_part (channel, provider_id);
CREATE INDEX ix_outbound_part_recipient ON outbound_part (channel, recipient, at);
CREATE TABLE "inbound_message" (
	id VARCHAR(26) NOT NULL,
	interaction_id INTEGER NOT NULL,
	sequence INTEGER NOT NULL,
	channel VARCHAR(40) NOT NULL,
	text TEXT NOT NULL,
	sender_name VARCHAR(200) NOT NULL,
	sender_address VARCHAR(320) NOT NULL,
	sender_phone VARCHAR(40) NOT NULL,
	customer_no VARCHAR(40) NOT NULL,
	contact_id INTEGER,
	analysis_id VARCHAR(26),
	recorded BOOLEAN NOT NULL,
	received_at VARCHAR(27) NOT NULL,
	provider_id VARCHAR(200) DEFAULT '' NOT NULL,
	thread VARCHAR(200) DEFAULT '' NOT NULL,
	context JSON DEFAULT '{}' NOT NULL,
	automatic VARCHAR(200) DEFAULT '' NOT NULL,
	CONSTRAINT pk_inbound_message PRIMARY KEY (id),
	CONSTRAINT fk_inbound_message_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id),
	CONSTRAINT fk_inbound_message_interaction_id FOREIGN KEY(interaction_id) REFERENCES interaction (id),
	CONSTRAINT uq_inbound_message_interaction_id_sequence UNIQUE (interaction_id, sequence)
);
CREATE INDEX ix_inbound_message_contact_id ON inbound_message (contact_id);
CREATE INDEX ix_inbound_message_sender ON inbound_message (channel, sender_address, received_at);
CREATE INDEX ix_inbound_message_thread ON inbound_message (channel, thread) WHERE thread <> '';
CREATE INDEX ix_inbox_event_received ON inbox_event (received_at, channel);
CREATE TABLE insight_change (
	id INTEGER NOT NULL,
	interaction_id BIGINT NOT NULL,
	CONSTRAINT pk_insight_change PRIMARY KEY (id)
);
CREATE TABLE insight_state (
	id INTEGER NOT NULL,
	epoch BIGINT NOT NULL,
	stamp BIGINT NOT NULL,
	CONSTRAINT pk_insight_state PRIMARY KEY (id)
);
CREATE TABLE insight_interaction (
	interaction_id BIGINT NOT NULL,
	stamp BIGINT NOT NULL,
	gone BOOLEAN NOT NULL,
	at BIGINT NOT NULL,
	customer VARCHAR(10) NOT NULL,
	priority VARCHAR(40) NOT NULL,
	category VARCHAR(40) NOT NULL,
	intent VARCHAR(40) NOT NULL,
	channel VARCHAR(40) NOT NULL,
	status VARCHAR(40) NOT NULL,
	sentiment VARCHAR(11) NOT NULL,
	type VARCHAR(40) NOT NULL,
	language VARCHAR(10) NOT NULL,
	route VARCHAR(60) NOT NULL,
	team VARCHAR(40) NOT NULL,
	tier VARCHAR(20) NOT NULL,
	answer_seconds BIGINT NOT NULL,
	close_seconds BIGINT NOT NULL,
	automated INTEGER NOT NULL,
	CONSTRAINT pk_insight_interaction PRIMARY KEY (interaction_id)
);
CREATE INDEX ix_insight_interaction_stamp ON insight_interaction (stamp);
CREATE TABLE insight_message (
	message_id VARCHAR(26) NOT NULL,
	interaction_id BIGINT NOT NULL,
	at BIGINT NOT NULL,
	intent VARCHAR(40) NOT NULL,
	channel VARCHAR(40) NOT NULL,
	sentiment VARCHAR(11) NOT NULL,
	type VARCHAR(40) NOT NULL,
	language VARCHAR(10) NOT NULL,
	tier VARCHAR(20) NOT NULL,
	service_calls INTEGER NOT NULL,
	corrections INTEGER NOT NULL,
	cost BIGINT NOT NULL,
	CONSTRAINT pk_insight_message PRIMARY KEY (message_id)
);
CREATE INDEX ix_insight_message_interaction_id ON insight_message (interaction_id);
CREATE TABLE insight_reply (
	message_id VARCHAR(26) NOT NULL,
	interaction_id BIGINT NOT NULL,
	at BIGINT NOT NULL,
	channel VARCHAR(40) NOT NULL,
	CONSTRAINT pk_insight_reply PRIMARY KEY (message_id)
);
CREATE INDEX ix_insight_reply_interaction_id ON insight_reply (interaction_id);
CREATE TABLE intent_draft (
	id VARCHAR(36) NOT NULL,
	code VARCHAR(40) NOT NULL,
	name VARCHAR(100),
	description TEXT,
	embedding TEXT,
	has_active BOOLEAN NOT NULL,
	created_at VARCHAR(27) NOT NULL,
	created_by VARCHAR(100) NOT NULL,
	changed_at VARCHAR(27) NOT NULL,
	changed_by VARCHAR(100) NOT NULL,
	CONSTRAINT pk_intent_draft PRIMARY KEY (id),
	CONSTRAINT uq_intent_draft_code UNIQUE (code)
);
CREATE TABLE intent_vector (
	code VARCHAR(40) NOT NULL,
	embedding TEXT NOT NULL,
	CONSTRAINT pk_intent_vector PRIMARY KEY (code)
);
CREATE TABLE saved_view (
	id VARCHAR(26) NOT NULL,
	owner VARCHAR(100) NOT NULL,
	name VARCHAR(60) NOT NULL,
	"query" TEXT NOT NULL,
	shared BOOLEAN NOT NULL,
	created_at VARCHAR(27) NOT NULL,
	CONSTRAINT pk_saved_view PRIMARY KEY (id),
	CONSTRAINT uq_saved_view_owner_name UNIQUE (owner, name)
);
CREATE VIRTUAL TABLE search_index USING fts5 (words, tokenize = 'unicode61 remove_diacritics 0');
CREATE INDEX ix_interaction_list ON interaction (updated_at, id, status, category, channel, priority, intent, sentiment, team, tier, confidence, language, message_type, created_at, customer_id, route, merged_into);
CREATE INDEX ix_interaction_created ON interaction (created_at, id);
CREATE INDEX ix_interaction_confidence ON interaction (confidence, id);
CREATE INDEX ix_interaction_status ON interaction (status, updated_at, id, category, channel, priority, intent, sentiment, team, tier, confidence, language, message_type, created_at, customer_id, route, merged_into);
CREATE INDEX ix_interaction_priority ON interaction (priority, id);
CREATE INDEX ix_interaction_unanswered ON interaction (created_at) WHERE first_answer_at IS NULL AND closed_at IS NULL;
CREATE TRIGGER insight_effect_insert_d2e9d4e5 AFTER INSERT ON effect FOR EACH ROW WHEN ((NEW.kind = 'create_service_call')) BEGIN INSERT INTO insight_change (interaction_id) SELECT NEW.interaction_id; END;
CREATE TRIGGER insight_effect_delete_baa06a17 AFTER DELETE ON effect FOR EACH ROW WHEN ((OLD.kind = 'create_service_call')) BEGIN INSERT INTO insight_change (interaction_id) SELECT OLD.interaction_id; END;
CREATE TRIGGER insight_effect_update_d6f7634f AFTER UPDATE OF interaction_id, state ON effect FOR EACH ROW WHEN ((OLD.kind = 'create_service_call') OR (NEW.kind = 'create_service_call')) BEGIN INSERT INTO insight_change (interaction_id) SELECT OLD.interaction_id WHERE OLD.interaction_id <> NEW.interaction_id; INSERT INTO insight_change (interaction_id) SELECT NEW.interaction_id; END;
CREATE TRIGGER insight_inbound_message_update_f885681e AFTER UPDATE OF interaction_id, analysis_id, channel, received_at ON inbound_message FOR EACH ROW BEGIN INSERT INTO insight_change (interaction_id) SELECT OLD.interaction_id WHERE OLD.interaction_id <> NEW.interaction_id; INSERT INTO insight_change (interaction_id) SELECT NEW.interaction_id; END;
CREATE TRIGGER insight_outbound_message_insert_c2612cf2 AFTER INSERT ON outbound_message FOR EACH ROW BEGIN INSERT INTO insight_change (interaction_id) SELECT NEW.interaction_id; END;
CREATE TRIGGER insight_correction_insert_cb4d8802 AFTER INSERT ON correction FOR EACH ROW BEGIN INSERT INTO insight_change (interaction_id) SELECT interaction_id FROM inbound_message WHERE id = NEW.message_id; END;
CREATE TRIGGER insight_model_call_delete_db6c35ca AFTER DELETE ON model_call FOR EACH ROW WHEN ((OLD.message_id <> '')) BEGIN INSERT INTO insight_change (interaction_id) SELECT interaction_id FROM inbound_message WHERE id = OLD.message_id; END;
CREATE TRIGGER insight_inbound_message_delete_f8e07a25 AFTER DELETE ON inbound_message FOR EACH ROW BEGIN INSERT INTO insight_change (interaction_id) SELECT OLD.interaction_id; END;
CREATE TRIGGER insight_outbound_message_delete_9b103aca AFTER DELETE ON outbound_message FOR EACH ROW BEGIN INSERT INTO insight_change (interaction_id) SELECT OLD.interaction_id; END;
CREATE TRIGGER insight_interaction_insert_06ba9cf2 AFTER INSERT ON interaction FOR EACH ROW BEGIN INSERT INTO insight_change (interaction_id) SELECT NEW.id; END;
CREATE TRIGGER insight_model_call_insert_80d14adf AFTER INSERT ON model_call FOR EACH ROW WHEN ((NEW.message_id <> '')) BEGIN INSERT INTO insight_change (interaction_id) SELECT interaction_id FROM inbound_message WHERE id = NEW.message_id; END;
CREATE TRIGGER insight_correction_update_00940c68 AFTER UPDATE OF message_id, analysis_id, field, becomes ON correction FOR EACH ROW BEGIN INSERT INTO insight_change (interaction_id) SELECT interaction_id FROM inbound_message WHERE id = OLD.message_id AND OLD.message_id <> NEW.message_id; INSERT INTO insight_change (interaction_id) SELECT interaction_id FROM inbound_message WHERE id = NEW.message_id; END;
CREATE TRIGGER insight_outbound_message_update_8ede83b1 AFTER UPDATE OF interaction_id, type, channel, created_at ON outbound_message FOR EACH ROW BEGIN INSERT INTO insight_change (interaction_id) SELECT OLD.interaction_id WHERE OLD.interaction_id <> NEW.interaction_id; INSERT INTO insight_change (interaction_id) SELECT NEW.interaction_id; END;
CREATE TRIGGER insight_correction_delete_968136b0 AFTER DELETE ON correction FOR EACH ROW BEGIN INSERT INTO insight_change (interaction_id) SELECT interaction_id FROM inbound_message WHERE id = OLD.message_id; END;
CREATE TRIGGER insight_inbound_message_insert_dd466585 AFTER INSERT ON inbound_message FOR EACH ROW BEGIN INSERT INTO insight_change (interaction_id) SELECT NEW.interaction_id; END;
CREATE TRIGGER insight_interaction_delete_64df001b AFTER DELETE ON interaction FOR EACH ROW BEGIN INSERT INTO insight_change (interaction_id) SELECT OLD.id; END;
CREATE TRIGGER insight_interaction_update_36a23b08 AFTER UPDATE OF customer_id, priority, category, intent, channel, status, sentiment, route, team, created_at, first_answer_at, closed_at, merged_into ON interaction FOR EACH ROW BEGIN INSERT INTO insight_change (interaction_id) SELECT OLD.id WHERE OLD.id <> NEW.id; INSERT INTO insight_change (interaction_id) SELECT NEW.id; END;
CREATE TRIGGER insight_model_call_update_aec44d88 AFTER UPDATE OF message_id, cost ON model_call FOR EACH ROW WHEN ((OLD.message_id <> '') OR (NEW.message_id <> '')) BEGIN INSERT INTO insight_change (interaction_id) SELECT interaction_id FROM inbound_message WHERE id = OLD.message_id AND OLD.message_id <> NEW.message_id; INSERT INTO insight_change (interaction_id) SELECT interaction_id FROM inbound_message WHERE id = NEW.message_id; END;
INSERT INTO alembic_version VALUES ('0011');
INSERT INTO insight_state (id, epoch, stamp) VALUES (1, 1, 1);
