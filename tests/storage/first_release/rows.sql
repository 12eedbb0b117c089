-- What a desk of 0.1.0 had stored: of each table something, and all that an upgrade works out anew.
INSERT INTO account VALUES ('A1', 'ann@example.com', 'Ann', 'admin', 'hash', true, '2026-11-20T08:00:00.000000Z');
INSERT INTO api_key (id, name, role, prefix, secret_hash, created_at, scopes) VALUES ('K1', 'shop', 'intake', 'fd_1', 'digest', '2026-11-20T08:00:00.000000Z', 'messages');
INSERT INTO session VALUES ('token', 'A1', '2026-11-20T08:00:00.000000Z', '2026-12-20T08:00:00.000000Z');
INSERT INTO code VALUES ('category', 'SUP', 'Support', '', 0, true);
INSERT INTO example VALUES ('E1', 'repair', 'It is broken', NULL, '2026-11-20T08:00:00.000000Z');
INSERT INTO customer VALUES ('C1', 'Firm', '2026-11-20T08:00:00.000000Z', 1);
INSERT INTO contact (id, name, email, phone, customer_id, created_at, version) VALUES (7, 'Bob', 'bob@example.com', '', 'C1', '2026-11-20T08:00:00.000000Z', 1);
INSERT INTO contact_identity VALUES ('WEB', 'bob', 7);
INSERT INTO meta VALUES ('codes', 'stamp');
INSERT INTO idempotency VALUES ('shop', 'k', 'f', 201, '{}', '2026-11-20T08:00:00.000000Z');
-- 1: answered by a person, then by the customer. 2: answered by an action alone. 3: closed. 4: merged into 1. 5: only a memo.
INSERT INTO interaction (id, reference, title, summary, category, channel, status, priority, customer_id, team, route, tags, created_by, modified_by, created_at, updated_at, first_answer_at, closed_at, version, merged_into) VALUES
 (1, 'AAAA0001', 'Oven', '', 'SUP', 'WEB', 'IP', 'M', 'C1', '', '', '', '', '', '2026-11-20T09:00:00.000000Z', '2026-11-20T12:00:00.000000Z', '2026-11-20T09:01:00.000000Z', NULL, 1, NULL),
 (2, 'AAAA0002', 'Iron', '', 'SUP', 'WEB', 'IP', 'M', NULL, '', '', '', '', '', '2026-11-20T09:00:00.000000Z', '2026-11-20T12:00:00.000000Z', '2026-11-20T09:01:00.000000Z', NULL, 1, NULL),
 (3, 'AAAA0003', 'Lamp', '', 'SUP', 'WEB', 'CL', 'M', NULL, '', '', '', '', '', '2026-11-20T09:00:00.000000Z', '2026-11-20T12:00:00.000000Z', '2026-11-20T09:01:00.000000Z', '2026-11-20T12:00:00.000000Z', 1, NULL),
 (4, 'AAAA0004', 'Oven', '', 'SUP', 'WEB', 'CL', 'M', NULL, '', '', '', '', '', '2026-11-20T09:00:00.000000Z', '2026-11-20T12:00:00.000000Z', NULL, '2026-11-20T12:00:00.000000Z', 1, 1),
 (5, 'AAAA0005', 'Sofa', '', 'SUP', 'WEB', 'NW', 'M', NULL, '', '', '', '', '', '2026-11-20T09:00:00.000000Z', '2026-11-20T12:00:00.000000Z', NULL, NULL, 1, NULL),
 (6, 'AAAA0006', 'Door', '', 'SUP', 'WEB', 'IP', 'M', NULL, '', '', '', '', '', '2026-11-20T09:00:00.000000Z', '2026-11-20T12:00:00.000000Z', NULL, NULL, 1, NULL);
INSERT INTO inbound_message (id, interaction_id, sequence, channel, text, sender_name, sender_address, sender_phone, customer_no, contact_id, recorded, received_at) VALUES
 ('M1', 1, 1, 'WEB', 'My oven stays cold', 'Bob', 'bob', '', '', 7, true, '2026-11-20T09:00:00.000000Z'),
 ('M2', 1, 2, 'WEB', 'It still does', 'Bob', 'bob', '', '', 7, true, '2026-11-20T11:00:00.000000Z'),
 ('M3', 2, 1, 'WEB', 'My iron is hot', '', '', '', '', NULL, true, '2026-11-20T09:00:00.000000Z'),
 ('M4', 3, 1, 'WEB', 'My lamp is dark', '', '', '', '', NULL, true, '2026-11-20T09:00:00.000000Z'),
 ('M5', 5, 1, 'WEB', 'My sofa is red', '', '', '', '', NULL, false, '2026-11-20T09:00:00.000000Z'),
 ('M6', 6, 1, 'WEB', 'My door squeaks', '', '', '', '', NULL, false, '2026-11-20T09:00:00.000000Z');
INSERT INTO outbound_message (id, interaction_id, sequence, type, channel, recipient, text, processed_by, remark, reply_to, effect_key, state, provider_id, error, created_at) VALUES
 ('O1', 1, 1, 'AR', 'WEB', 'bob', 'We read it', 'rules', '', 'M1', 'M1:0', 'sent', '', '', '2026-11-20T09:01:00.000000Z'),
 ('O2', 1, 2, 'HA', 'WEB', 'bob', 'Plug it in', 'ann@example.com', '', 'M1', NULL, 'delivered', '', '', '2026-11-20T10:00:00.000000Z'),
 ('O3', 2, 1, 'AR', 'WEB', '', 'We read it', 'rules', '', 'M3', 'M3:0', 'sent', '', '', '2026-11-20T09:01:00.000000Z'),
 ('O4', 3, 1, 'QA', 'WEB', '', 'Switch it on', 'rules', '', 'M4', 'M4:0', 'read', '', '', '2026-11-20T09:01:00.000000Z'),
 ('O5', 5, 1, 'IM', 'WEB', '', 'Call them', 'bea@example.com', '', 'M5', NULL, 'sent', '', '', '2026-11-20T09:30:00.000000Z'),
 ('O6', 6, 1, 'QA', 'WEB', '', 'Oil it', 'rules', '', 'M6', 'M6:0', 'sent', '', '', '2026-11-20T09:30:00.000000Z');
INSERT INTO analysis VALUES ('R1', 'M1', 1, 'engine', 'm', 'en', 'negative', 0.9, 'Oven', '', 'C', 0.9, 'repair', 0.9, '[]', '[]', 1.5, '2026-11-20T09:00:00.000000Z');
INSERT INTO correction VALUES ('X1', 'M1', 'R1', 'intent', 'order', 'repair', 'ann@example.com', '2026-11-20T09:10:00.000000Z');
INSERT INTO decision VALUES
 ('D1', 'M1', 'default', 1, 'repair', 'TECH', '[]', '{}', '2026-11-20T09:00:00.000000Z'),
 ('D2', 'M2', 'default', 1, 'decided with the message after it', '', '[]', '{}', '2026-11-20T11:00:00.000000Z');
INSERT INTO effect (key, message_id, interaction_id, decision_id, position, kind, parameters, state, attempts, reference, detail, error, created_at) VALUES
 ('M1:1', 'M1', 1, 'D1', 1, 'ask_person', '{"proposes": "create_service_call"}', 'waiting', 0, '', '{}', '', '2026-11-20T09:00:00.000000Z'),
 ('M1:2', 'M1', 1, 'D1', 2, 'ask_person', '{"question": "May we?"}', 'waiting', 0, '', '{}', '', '2026-11-20T09:00:00.000000Z'),
 ('M1:3', 'M1', 1, 'D1', 3, 'create_service_call', '{}', 'done', 1, 'SC-000009', '{}', '', '2026-11-20T09:00:00.000000Z');
INSERT INTO service_call (id, key, subject, remarks, priority, status, interaction_id, customer_id, contact_id, created_at) VALUES (9, 'M1:3', 'Oven', '', '', 'open', 1, 'C1', 7, '2026-11-20T09:00:00.000000Z');
INSERT INTO journal (id, at, kind, interaction_id, message_id, "by", detail) VALUES (1, '2026-11-20T09:00:00.000000Z', 'received', 8, 'M0', '', '{}');
INSERT INTO inbox_event (id, channel, provider_id, message_id, raw, received_at) VALUES ('I1', 'WEB', 'p1', 'M1', NULL, '2026-11-20T09:00:00.000000Z');
INSERT INTO work VALUES
 ('W1', 'message', 'M1', '', 'open', '2026-11-20T09:00:00.000000Z', 0, '', '', '2026-11-20T09:00:00.000000Z'),
 ('W2', 'message', 'M2', '', 'open', '2026-11-20T11:00:00.000000Z', 0, '', '', '2026-11-20T11:00:00.000000Z'),
 ('W3', 'edit', 'M3', '', 'failed', '2026-11-20T11:00:00.000000Z', 9, '', 'no', '2026-11-20T11:00:00.000000Z'),
 ('W4', 'effect', 'M1:1', '', 'open', '2026-11-20T11:00:00.000000Z', 0, '', '', '2026-11-20T11:00:00.000000Z'),
 ('W5', 'message', 'M4', '', 'done', '2026-11-20T11:00:00.000000Z', 0, '', '', '2026-11-20T11:00:00.000000Z');
INSERT INTO model_call VALUES ('L1', 'L1', '2026-11-20T09:00:00.000000Z', '2026-11-20', 'analyse', 'analysis', 1, 's', 'm', 'small', 'desk', 'M1', 1, 'answered', 10, 5, 7, true, 3.5, false, false, NULL, NULL);
INSERT INTO money_pot VALUES ('desk', '2026-11', 7, 0);
INSERT INTO rule_set VALUES (1, 'default', '{}', '', '', '2026-11-20T08:00:00.000000Z', 1, '2026-11-20T08:00:00.000000Z', 'ann@example.com');
INSERT INTO rule_publication (id, version, at, "by", note) VALUES (1, 1, '2026-11-20T08:00:00.000000Z', 'ann@example.com', '');
INSERT INTO attachment VALUES ('T1', 'M1', 'oven.png', 'image/png', 3, 's', 'stored', '', '{}', false, NULL, '2026-11-20T09:00:00.000000Z');
INSERT INTO outbound_part VALUES ('O2', 0, 'WEB', 'bob', 'k', 'delivered', 'v1', '2026-11-20T10:00:00.000000Z');
INSERT INTO saved_view VALUES ('V1', 'ann@example.com', 'mine', 'status=NW', false, '2026-11-20T08:00:00.000000Z');
INSERT INTO intent_draft VALUES ('N1', 'new', NULL, NULL, NULL, false, '2026-11-20T08:00:00.000000Z', 'ann@example.com', '2026-11-20T08:00:00.000000Z', 'ann@example.com');
INSERT INTO use_case_version VALUES ('analysis', 1, '{}', '', 'ann@example.com', '2026-11-20T08:00:00.000000Z');
