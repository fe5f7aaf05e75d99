BEGIN TRANSACTION;
CREATE TABLE "account_emailaddress" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "verified" bool NOT NULL, "primary" bool NOT NULL, "user_id" bigint NOT NULL REFERENCES "participants_user" ("id") DEFERRABLE INITIALLY DEFERRED, "email" varchar(254) NOT NULL);
INSERT INTO "account_emailaddress" VALUES(1,1,1,1,'person9@example.org');
INSERT INTO "account_emailaddress" VALUES(2,1,1,2,'person10@example.org');
INSERT INTO "account_emailaddress" VALUES(3,1,1,3,'person12@example.org');
INSERT INTO "account_emailaddress" VALUES(4,1,1,4,'person20@example.org');
INSERT INTO "account_emailaddress" VALUES(5,1,1,5,'person21@example.org');
INSERT INTO "account_emailaddress" VALUES(6,1,1,6,'person23@example.org');
INSERT INTO "account_emailaddress" VALUES(7,1,1,7,'person31@example.org');
INSERT INTO "account_emailaddress" VALUES(8,1,1,8,'person32@example.org');
INSERT INTO "account_emailaddress" VALUES(9,1,1,9,'person34@example.org');
INSERT INTO "account_emailaddress" VALUES(10,1,1,10,'confirms@example.org');
INSERT INTO "account_emailaddress" VALUES(11,1,1,11,'zq-open-signin@example.org');
INSERT INTO "account_emailaddress" VALUES(12,1,1,12,'zq-inside-signin@example.org');
INSERT INTO "account_emailaddress" VALUES(13,1,1,13,'zq-quiet-signin@example.org');
INSERT INTO "account_emailaddress" VALUES(14,1,1,14,'zq-later-signin@example.org');
INSERT INTO "account_emailaddress" VALUES(15,1,1,15,'zq-bench-signin@example.org');
INSERT INTO "account_emailaddress" VALUES(16,1,1,16,'zq-waiting-signin@example.org');
INSERT INTO "account_emailaddress" VALUES(17,1,1,17,'zq-elsewhere-signin@example.org');
INSERT INTO "account_emailaddress" VALUES(18,1,1,18,'zq-closed-signin@example.org');
INSERT INTO "account_emailaddress" VALUES(19,1,1,19,'zq-wary-signin@example.org');
INSERT INTO "account_emailaddress" VALUES(20,1,1,20,'zq-met-signin@example.org');
INSERT INTO "account_emailaddress" VALUES(21,1,1,21,'zq-pending-signin@example.org');
INSERT INTO "account_emailaddress" VALUES(22,1,1,22,'zq-protected-signin@example.org');
INSERT INTO "account_emailaddress" VALUES(23,1,1,23,'zq-paused-signin@example.org');
INSERT INTO "account_emailaddress" VALUES(24,1,1,24,'zq-withdrew-signin@example.org');
INSERT INTO "account_emailaddress" VALUES(25,1,1,25,'person192@example.org');
INSERT INTO "account_emailaddress" VALUES(26,1,1,26,'person194@example.org');
INSERT INTO "account_emailaddress" VALUES(27,1,1,27,'person196@example.org');
INSERT INTO "account_emailaddress" VALUES(28,1,1,28,'person198@example.org');
INSERT INTO "account_emailaddress" VALUES(29,1,1,29,'person200@example.org');
INSERT INTO "account_emailaddress" VALUES(30,1,1,30,'person202@example.org');
INSERT INTO "account_emailaddress" VALUES(31,1,1,31,'person206@example.org');
INSERT INTO "account_emailaddress" VALUES(32,1,1,32,'person208@example.org');
INSERT INTO "account_emailaddress" VALUES(33,1,1,33,'person210@example.org');
INSERT INTO "account_emailaddress" VALUES(34,1,1,34,'cochair@example.org');
INSERT INTO "account_emailaddress" VALUES(35,1,1,35,'operator@example.org');
INSERT INTO "account_emailaddress" VALUES(36,1,1,36,'person215@example.org');
INSERT INTO "account_emailaddress" VALUES(37,1,1,37,'indonesia@example.org');
INSERT INTO "account_emailaddress" VALUES(38,1,1,38,'australia@example.org');
INSERT INTO "account_emailaddress" VALUES(39,1,1,39,'sari@example.org');
INSERT INTO "account_emailaddress" VALUES(40,1,1,40,'person223@example.org');
INSERT INTO "account_emailaddress" VALUES(41,1,1,41,'person241@example.org');
INSERT INTO "account_emailaddress" VALUES(42,1,1,42,'person243@example.org');
INSERT INTO "account_emailaddress" VALUES(43,1,1,43,'person245@example.org');
INSERT INTO "account_emailaddress" VALUES(44,1,1,44,'person279@example.org');
INSERT INTO "account_emailaddress" VALUES(45,1,1,45,'person283@example.org');
INSERT INTO "account_emailaddress" VALUES(46,1,1,46,'person287@example.org');
INSERT INTO "account_emailaddress" VALUES(47,1,1,47,'person291@example.org');
INSERT INTO "account_emailaddress" VALUES(48,1,1,48,'person295@example.org');
INSERT INTO "account_emailaddress" VALUES(49,1,1,49,'person296@example.org');
INSERT INTO "account_emailaddress" VALUES(50,1,1,50,'person297@example.org');
INSERT INTO "account_emailaddress" VALUES(51,1,1,51,'person298@example.org');
INSERT INTO "account_emailaddress" VALUES(52,1,1,52,'person299@example.org');
INSERT INTO "account_emailaddress" VALUES(53,1,1,53,'person300@example.org');
INSERT INTO "account_emailaddress" VALUES(54,1,1,54,'person301@example.org');
INSERT INTO "account_emailaddress" VALUES(55,1,1,55,'person302@example.org');
INSERT INTO "account_emailaddress" VALUES(56,1,1,56,'person309@example.org');
INSERT INTO "account_emailaddress" VALUES(57,1,1,57,'person315@example.org');
INSERT INTO "account_emailaddress" VALUES(58,1,1,58,'person321@example.org');
INSERT INTO "account_emailaddress" VALUES(59,1,1,59,'person323@example.org');
INSERT INTO "account_emailaddress" VALUES(60,1,1,60,'person325@example.org');
INSERT INTO "account_emailaddress" VALUES(61,1,1,61,'person327@example.org');
INSERT INTO "account_emailaddress" VALUES(62,1,1,62,'person329@example.org');
INSERT INTO "account_emailaddress" VALUES(63,1,1,63,'person331@example.org');
INSERT INTO "account_emailaddress" VALUES(64,1,1,64,'person345@example.org');
INSERT INTO "account_emailaddress" VALUES(65,1,1,65,'person346@example.org');
INSERT INTO "account_emailaddress" VALUES(66,1,1,66,'person347@example.org');
INSERT INTO "account_emailaddress" VALUES(67,1,1,67,'person348@example.org');
INSERT INTO "account_emailaddress" VALUES(68,1,1,68,'person350@example.org');
INSERT INTO "account_emailaddress" VALUES(69,1,1,69,'person353@example.org');
INSERT INTO "account_emailaddress" VALUES(70,1,1,70,'person355@example.org');
INSERT INTO "account_emailaddress" VALUES(71,1,1,71,'person358@example.org');
INSERT INTO "account_emailaddress" VALUES(72,1,1,72,'person360@example.org');
INSERT INTO "account_emailaddress" VALUES(73,1,1,73,'person363@example.org');
INSERT INTO "account_emailaddress" VALUES(74,1,1,74,'person365@example.org');
INSERT INTO "account_emailaddress" VALUES(75,1,1,75,'person368@example.org');
INSERT INTO "account_emailaddress" VALUES(76,1,1,76,'person369@example.org');
INSERT INTO "account_emailaddress" VALUES(77,1,1,77,'person371@example.org');
INSERT INTO "account_emailaddress" VALUES(78,1,1,78,'person374@example.org');
INSERT INTO "account_emailaddress" VALUES(79,1,1,79,'person383@example.org');
INSERT INTO "account_emailaddress" VALUES(80,1,1,80,'person387@example.org');
INSERT INTO "account_emailaddress" VALUES(81,1,1,81,'person404@example.org');
INSERT INTO "account_emailaddress" VALUES(82,1,1,82,'person406@example.org');
INSERT INTO "account_emailaddress" VALUES(83,1,1,83,'person408@example.org');
INSERT INTO "account_emailaddress" VALUES(84,1,1,84,'person410@example.org');
INSERT INTO "account_emailaddress" VALUES(85,1,1,85,'person412@example.org');
INSERT INTO "account_emailaddress" VALUES(86,1,1,86,'person414@example.org');
INSERT INTO "account_emailaddress" VALUES(87,1,1,87,'person416@example.org');
INSERT INTO "account_emailaddress" VALUES(88,1,1,88,'person418@example.org');
INSERT INTO "account_emailaddress" VALUES(89,1,1,89,'person420@example.org');
INSERT INTO "account_emailaddress" VALUES(90,1,1,90,'person422@example.org');
INSERT INTO "account_emailaddress" VALUES(91,1,1,91,'person424@example.org');
INSERT INTO "account_emailaddress" VALUES(92,1,1,92,'person429@example.org');
INSERT INTO "account_emailaddress" VALUES(93,1,1,93,'person434@example.org');
INSERT INTO "account_emailaddress" VALUES(94,1,1,94,'person439@example.org');
INSERT INTO "account_emailaddress" VALUES(95,1,1,95,'person444@example.org');
INSERT INTO "account_emailaddress" VALUES(96,1,1,96,'person448@example.org');
INSERT INTO "account_emailaddress" VALUES(97,1,1,97,'person452@example.org');
INSERT INTO "account_emailaddress" VALUES(98,1,1,98,'person458@example.org');
INSERT INTO "account_emailaddress" VALUES(99,1,1,99,'person460@example.org');
INSERT INTO "account_emailaddress" VALUES(100,1,1,100,'person462@example.org');
INSERT INTO "account_emailaddress" VALUES(101,1,1,101,'person464@example.org');
INSERT INTO "account_emailaddress" VALUES(102,1,1,102,'person466@example.org');
INSERT INTO "account_emailaddress" VALUES(103,1,1,103,'person468@example.org');
INSERT INTO "account_emailaddress" VALUES(104,1,1,104,'person470@example.org');
INSERT INTO "account_emailaddress" VALUES(105,1,1,105,'person472@example.org');
INSERT INTO "account_emailaddress" VALUES(106,1,1,106,'person474@example.org');
INSERT INTO "account_emailaddress" VALUES(107,1,1,107,'person476@example.org');
INSERT INTO "account_emailaddress" VALUES(108,1,1,108,'person478@example.org');
INSERT INTO "account_emailaddress" VALUES(109,1,1,109,'person480@example.org');
INSERT INTO "account_emailaddress" VALUES(110,1,1,110,'editor@example.org');
INSERT INTO "account_emailaddress" VALUES(111,1,1,111,'reader@example.org');
INSERT INTO "account_emailaddress" VALUES(112,1,1,112,'past@example.org');
INSERT INTO "account_emailaddress" VALUES(113,1,1,113,'person481@example.org');
INSERT INTO "account_emailaddress" VALUES(114,1,1,114,'person482@example.org');
INSERT INTO "account_emailaddress" VALUES(115,1,1,115,'person483@example.org');
INSERT INTO "account_emailaddress" VALUES(116,1,1,116,'person485@example.org');
INSERT INTO "account_emailaddress" VALUES(118,1,1,118,'person488@example.org');
INSERT INTO "account_emailaddress" VALUES(120,1,1,120,'left@example.org');
INSERT INTO "account_emailaddress" VALUES(121,1,1,121,'person494@example.org');
INSERT INTO "account_emailaddress" VALUES(122,1,1,122,'person497@example.org');
INSERT INTO "account_emailaddress" VALUES(123,1,1,123,'person498@example.org');
INSERT INTO "account_emailaddress" VALUES(124,1,1,124,'person499@example.org');
INSERT INTO "account_emailaddress" VALUES(125,1,1,125,'person500@example.org');
CREATE TABLE "account_emailconfirmation" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "created" datetime NOT NULL, "sent" datetime NULL, "key" varchar(64) NOT NULL UNIQUE, "email_address_id" integer NOT NULL REFERENCES "account_emailaddress" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE "auth_group" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(150) NOT NULL UNIQUE);
CREATE TABLE "auth_group_permissions" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "group_id" integer NOT NULL REFERENCES "auth_group" ("id") DEFERRABLE INITIALLY DEFERRED, "permission_id" integer NOT NULL REFERENCES "auth_permission" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE "auth_permission" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "content_type_id" integer NOT NULL REFERENCES "django_content_type" ("id") DEFERRABLE INITIALLY DEFERRED, "codename" varchar(100) NOT NULL, "name" varchar(255) NOT NULL);
INSERT INTO "auth_permission" VALUES(1,1,'add_audithead','Can add end of the log');
INSERT INTO "auth_permission" VALUES(2,1,'change_audithead','Can change end of the log');
INSERT INTO "auth_permission" VALUES(3,1,'delete_audithead','Can delete end of the log');
INSERT INTO "auth_permission" VALUES(4,1,'view_audithead','Can view end of the log');
INSERT INTO "auth_permission" VALUES(5,2,'add_auditkey','Can add key of the log');
INSERT INTO "auth_permission" VALUES(6,2,'change_auditkey','Can change key of the log');
INSERT INTO "auth_permission" VALUES(7,2,'delete_auditkey','Can delete key of the log');
INSERT INTO "auth_permission" VALUES(8,2,'view_auditkey','Can view key of the log');
INSERT INTO "auth_permission" VALUES(9,3,'add_event','Can add roundtable');
INSERT INTO "auth_permission" VALUES(10,3,'change_event','Can change roundtable');
INSERT INTO "auth_permission" VALUES(11,3,'delete_event','Can delete roundtable');
INSERT INTO "auth_permission" VALUES(12,3,'view_event','Can view roundtable');
INSERT INTO "auth_permission" VALUES(13,4,'add_idempotencykey','Can add answered write');
INSERT INTO "auth_permission" VALUES(14,4,'change_idempotencykey','Can change answered write');
INSERT INTO "auth_permission" VALUES(15,4,'delete_idempotencykey','Can delete answered write');
INSERT INTO "auth_permission" VALUES(16,4,'view_idempotencykey','Can view answered write');
INSERT INTO "auth_permission" VALUES(17,5,'add_series','Can add series');
INSERT INTO "auth_permission" VALUES(18,5,'change_series','Can change series');
INSERT INTO "auth_permission" VALUES(19,5,'delete_series','Can delete series');
INSERT INTO "auth_permission" VALUES(20,5,'view_series','Can view series');
INSERT INTO "auth_permission" VALUES(21,6,'add_auditentry','Can add entry of the log');
INSERT INTO "auth_permission" VALUES(22,6,'change_auditentry','Can change entry of the log');
INSERT INTO "auth_permission" VALUES(23,6,'delete_auditentry','Can delete entry of the log');
INSERT INTO "auth_permission" VALUES(24,6,'view_auditentry','Can view entry of the log');
INSERT INTO "auth_permission" VALUES(25,7,'add_mailbatch','Can add mail on hold');
INSERT INTO "auth_permission" VALUES(26,7,'change_mailbatch','Can change mail on hold');
INSERT INTO "auth_permission" VALUES(27,7,'delete_mailbatch','Can delete mail on hold');
INSERT INTO "auth_permission" VALUES(28,7,'view_mailbatch','Can view mail on hold');
INSERT INTO "auth_permission" VALUES(29,8,'add_queuedemail','Can add letter');
INSERT INTO "auth_permission" VALUES(30,8,'change_queuedemail','Can change letter');
INSERT INTO "auth_permission" VALUES(31,8,'delete_queuedemail','Can delete letter');
INSERT INTO "auth_permission" VALUES(32,8,'view_queuedemail','Can view letter');
INSERT INTO "auth_permission" VALUES(33,9,'add_historicalevent','Can add historical roundtable');
INSERT INTO "auth_permission" VALUES(34,9,'change_historicalevent','Can change historical roundtable');
INSERT INTO "auth_permission" VALUES(35,9,'delete_historicalevent','Can delete historical roundtable');
INSERT INTO "auth_permission" VALUES(36,9,'view_historicalevent','Can view historical roundtable');
INSERT INTO "auth_permission" VALUES(37,10,'add_historicalorganisation','Can add historical organisation');
INSERT INTO "auth_permission" VALUES(38,10,'change_historicalorganisation','Can change historical organisation');
INSERT INTO "auth_permission" VALUES(39,10,'delete_historicalorganisation','Can delete historical organisation');
INSERT INTO "auth_permission" VALUES(40,10,'view_historicalorganisation','Can view historical organisation');
INSERT INTO "auth_permission" VALUES(41,11,'add_user','Can add account');
INSERT INTO "auth_permission" VALUES(42,11,'change_user','Can change account');
INSERT INTO "auth_permission" VALUES(43,11,'delete_user','Can delete account');
INSERT INTO "auth_permission" VALUES(44,11,'view_user','Can view account');
INSERT INTO "auth_permission" VALUES(45,12,'add_consentnotice','Can add consent notice');
INSERT INTO "auth_permission" VALUES(46,12,'change_consentnotice','Can change consent notice');
INSERT INTO "auth_permission" VALUES(47,12,'delete_consentnotice','Can delete consent notice');
INSERT INTO "auth_permission" VALUES(48,12,'view_consentnotice','Can view consent notice');
INSERT INTO "auth_permission" VALUES(49,13,'add_delegate','Can add delegate');
INSERT INTO "auth_permission" VALUES(50,13,'change_delegate','Can change delegate');
INSERT INTO "auth_permission" VALUES(51,13,'delete_delegate','Can delete delegate');
INSERT INTO "auth_permission" VALUES(52,13,'view_delegate','Can view delegate');
INSERT INTO "auth_permission" VALUES(53,14,'add_contactchannel','Can add contact channel');
INSERT INTO "auth_permission" VALUES(54,14,'change_contactchannel','Can change contact channel');
INSERT INTO "auth_permission" VALUES(55,14,'delete_contactchannel','Can delete contact channel');
INSERT INTO "auth_permission" VALUES(56,14,'view_contactchannel','Can view contact channel');
INSERT INTO "auth_permission" VALUES(57,15,'add_consent','Can add consent');
INSERT INTO "auth_permission" VALUES(58,15,'change_consent','Can change consent');
INSERT INTO "auth_permission" VALUES(59,15,'delete_consent','Can delete consent');
INSERT INTO "auth_permission" VALUES(60,15,'view_consent','Can view consent');
INSERT INTO "auth_permission" VALUES(61,16,'add_delegatelanguage','Can add language');
INSERT INTO "auth_permission" VALUES(62,16,'change_delegatelanguage','Can change language');
INSERT INTO "auth_permission" VALUES(63,16,'delete_delegatelanguage','Can delete language');
INSERT INTO "auth_permission" VALUES(64,16,'view_delegatelanguage','Can view language');
INSERT INTO "auth_permission" VALUES(65,17,'add_erasure','Can add erasure');
INSERT INTO "auth_permission" VALUES(66,17,'change_erasure','Can change erasure');
INSERT INTO "auth_permission" VALUES(67,17,'delete_erasure','Can delete erasure');
INSERT INTO "auth_permission" VALUES(68,17,'view_erasure','Can view erasure');
INSERT INTO "auth_permission" VALUES(69,18,'add_factorreset','Can add reset of a second factor');
INSERT INTO "auth_permission" VALUES(70,18,'change_factorreset','Can change reset of a second factor');
INSERT INTO "auth_permission" VALUES(71,18,'delete_factorreset','Can delete reset of a second factor');
INSERT INTO "auth_permission" VALUES(72,18,'view_factorreset','Can view reset of a second factor');
INSERT INTO "auth_permission" VALUES(73,19,'add_group','Can add group');
INSERT INTO "auth_permission" VALUES(74,19,'change_group','Can change group');
INSERT INTO "auth_permission" VALUES(75,19,'delete_group','Can delete group');
INSERT INTO "auth_permission" VALUES(76,19,'view_group','Can view group');
INSERT INTO "auth_permission" VALUES(77,20,'add_handleredirect','Can add former handle');
INSERT INTO "auth_permission" VALUES(78,20,'change_handleredirect','Can change former handle');
INSERT INTO "auth_permission" VALUES(79,20,'delete_handleredirect','Can delete former handle');
INSERT INTO "auth_permission" VALUES(80,20,'view_handleredirect','Can view former handle');
INSERT INTO "auth_permission" VALUES(81,21,'add_introduction','Can add introduction');
INSERT INTO "auth_permission" VALUES(82,21,'change_introduction','Can change introduction');
INSERT INTO "auth_permission" VALUES(83,21,'delete_introduction','Can delete introduction');
INSERT INTO "auth_permission" VALUES(84,21,'view_introduction','Can view introduction');
INSERT INTO "auth_permission" VALUES(85,22,'add_invitation','Can add invitation');
INSERT INTO "auth_permission" VALUES(86,22,'change_invitation','Can change invitation');
INSERT INTO "auth_permission" VALUES(87,22,'delete_invitation','Can delete invitation');
INSERT INTO "auth_permission" VALUES(88,22,'view_invitation','Can view invitation');
INSERT INTO "auth_permission" VALUES(89,23,'add_invitationrequest','Can add request to be invited');
INSERT INTO "auth_permission" VALUES(90,23,'change_invitationrequest','Can change request to be invited');
INSERT INTO "auth_permission" VALUES(91,23,'delete_invitationrequest','Can delete request to be invited');
INSERT INTO "auth_permission" VALUES(92,23,'view_invitationrequest','Can view request to be invited');
INSERT INTO "auth_permission" VALUES(93,24,'add_organisation','Can add organisation');
INSERT INTO "auth_permission" VALUES(94,24,'change_organisation','Can change organisation');
INSERT INTO "auth_permission" VALUES(95,24,'delete_organisation','Can delete organisation');
INSERT INTO "auth_permission" VALUES(96,24,'view_organisation','Can view organisation');
INSERT INTO "auth_permission" VALUES(97,25,'add_grant','Can add grant');
INSERT INTO "auth_permission" VALUES(98,25,'change_grant','Can change grant');
INSERT INTO "auth_permission" VALUES(99,25,'delete_grant','Can delete grant');
INSERT INTO "auth_permission" VALUES(100,25,'view_grant','Can view grant');
INSERT INTO "auth_permission" VALUES(101,26,'add_eventrole','Can add role at a roundtable');
INSERT INTO "auth_permission" VALUES(102,26,'change_eventrole','Can change role at a roundtable');
INSERT INTO "auth_permission" VALUES(103,26,'delete_eventrole','Can delete role at a roundtable');
INSERT INTO "auth_permission" VALUES(104,26,'view_eventrole','Can view role at a roundtable');
INSERT INTO "auth_permission" VALUES(105,27,'add_audienceexception','Can add exception');
INSERT INTO "auth_permission" VALUES(106,27,'change_audienceexception','Can change exception');
INSERT INTO "auth_permission" VALUES(107,27,'delete_audienceexception','Can delete exception');
INSERT INTO "auth_permission" VALUES(108,27,'view_audienceexception','Can view exception');
INSERT INTO "auth_permission" VALUES(109,28,'add_affiliation','Can add affiliation');
INSERT INTO "auth_permission" VALUES(110,28,'change_affiliation','Can change affiliation');
INSERT INTO "auth_permission" VALUES(111,28,'delete_affiliation','Can delete affiliation');
INSERT INTO "auth_permission" VALUES(112,28,'view_affiliation','Can view affiliation');
INSERT INTO "auth_permission" VALUES(113,29,'add_participantlist','Can add list of participants');
INSERT INTO "auth_permission" VALUES(114,29,'change_participantlist','Can change list of participants');
INSERT INTO "auth_permission" VALUES(115,29,'delete_participantlist','Can delete list of participants');
INSERT INTO "auth_permission" VALUES(116,29,'view_participantlist','Can view list of participants');
INSERT INTO "auth_permission" VALUES(117,30,'add_participation','Can add participation');
INSERT INTO "auth_permission" VALUES(118,30,'change_participation','Can change participation');
INSERT INTO "auth_permission" VALUES(119,30,'delete_participation','Can delete participation');
INSERT INTO "auth_permission" VALUES(120,30,'view_participation','Can view participation');
INSERT INTO "auth_permission" VALUES(121,31,'add_recordedcount','Can add recorded number');
INSERT INTO "auth_permission" VALUES(122,31,'change_recordedcount','Can change recorded number');
INSERT INTO "auth_permission" VALUES(123,31,'delete_recordedcount','Can delete recorded number');
INSERT INTO "auth_permission" VALUES(124,31,'view_recordedcount','Can view recorded number');
INSERT INTO "auth_permission" VALUES(125,32,'add_retentionaction','Can add step of a review');
INSERT INTO "auth_permission" VALUES(126,32,'change_retentionaction','Can change step of a review');
INSERT INTO "auth_permission" VALUES(127,32,'delete_retentionaction','Can delete step of a review');
INSERT INTO "auth_permission" VALUES(128,32,'view_retentionaction','Can view step of a review');
INSERT INTO "auth_permission" VALUES(129,33,'add_revealbudget','Can add reveals of a day');
INSERT INTO "auth_permission" VALUES(130,33,'change_revealbudget','Can change reveals of a day');
INSERT INTO "auth_permission" VALUES(131,33,'delete_revealbudget','Can delete reveals of a day');
INSERT INTO "auth_permission" VALUES(132,33,'view_revealbudget','Can view reveals of a day');
INSERT INTO "auth_permission" VALUES(133,34,'add_slugredirect','Can add former short name');
INSERT INTO "auth_permission" VALUES(134,34,'change_slugredirect','Can change former short name');
INSERT INTO "auth_permission" VALUES(135,34,'delete_slugredirect','Can delete former short name');
INSERT INTO "auth_permission" VALUES(136,34,'view_slugredirect','Can view former short name');
INSERT INTO "auth_permission" VALUES(137,35,'add_corrigendum','Can add corrigendum');
INSERT INTO "auth_permission" VALUES(138,35,'change_corrigendum','Can change corrigendum');
INSERT INTO "auth_permission" VALUES(139,35,'delete_corrigendum','Can delete corrigendum');
INSERT INTO "auth_permission" VALUES(140,35,'view_corrigendum','Can view corrigendum');
INSERT INTO "auth_permission" VALUES(141,36,'add_theme','Can add theme');
INSERT INTO "auth_permission" VALUES(142,36,'change_theme','Can change theme');
INSERT INTO "auth_permission" VALUES(143,36,'delete_theme','Can delete theme');
INSERT INTO "auth_permission" VALUES(144,36,'view_theme','Can view theme');
INSERT INTO "auth_permission" VALUES(145,37,'add_commitment','Can add commitment');
INSERT INTO "auth_permission" VALUES(146,37,'change_commitment','Can change commitment');
INSERT INTO "auth_permission" VALUES(147,37,'delete_commitment','Can delete commitment');
INSERT INTO "auth_permission" VALUES(148,37,'view_commitment','Can view commitment');
INSERT INTO "auth_permission" VALUES(149,38,'add_commitmentparty','Can add party');
INSERT INTO "auth_permission" VALUES(150,38,'change_commitmentparty','Can change party');
INSERT INTO "auth_permission" VALUES(151,38,'delete_commitmentparty','Can delete party');
INSERT INTO "auth_permission" VALUES(152,38,'view_commitmentparty','Can view party');
INSERT INTO "auth_permission" VALUES(153,39,'add_document','Can add document');
INSERT INTO "auth_permission" VALUES(154,39,'change_document','Can change document');
INSERT INTO "auth_permission" VALUES(155,39,'delete_document','Can delete document');
INSERT INTO "auth_permission" VALUES(156,39,'view_document','Can view document');
INSERT INTO "auth_permission" VALUES(157,40,'add_handover','Can add task given back');
INSERT INTO "auth_permission" VALUES(158,40,'change_handover','Can change task given back');
INSERT INTO "auth_permission" VALUES(159,40,'delete_handover','Can delete task given back');
INSERT INTO "auth_permission" VALUES(160,40,'view_handover','Can view task given back');
INSERT INTO "auth_permission" VALUES(161,41,'add_historicalcommitment','Can add historical commitment');
INSERT INTO "auth_permission" VALUES(162,41,'change_historicalcommitment','Can change historical commitment');
INSERT INTO "auth_permission" VALUES(163,41,'delete_historicalcommitment','Can delete historical commitment');
INSERT INTO "auth_permission" VALUES(164,41,'view_historicalcommitment','Can view historical commitment');
INSERT INTO "auth_permission" VALUES(165,42,'add_historicalmilestone','Can add historical milestone');
INSERT INTO "auth_permission" VALUES(166,42,'change_historicalmilestone','Can change historical milestone');
INSERT INTO "auth_permission" VALUES(167,42,'delete_historicalmilestone','Can delete historical milestone');
INSERT INTO "auth_permission" VALUES(168,42,'view_historicalmilestone','Can view historical milestone');
INSERT INTO "auth_permission" VALUES(169,43,'add_historicalstatement','Can add historical statement');
INSERT INTO "auth_permission" VALUES(170,43,'change_historicalstatement','Can change historical statement');
INSERT INTO "auth_permission" VALUES(171,43,'delete_historicalstatement','Can delete historical statement');
INSERT INTO "auth_permission" VALUES(172,43,'view_historicalstatement','Can view historical statement');
INSERT INTO "auth_permission" VALUES(173,44,'add_milestone','Can add milestone');
INSERT INTO "auth_permission" VALUES(174,44,'change_milestone','Can change milestone');
INSERT INTO "auth_permission" VALUES(175,44,'delete_milestone','Can delete milestone');
INSERT INTO "auth_permission" VALUES(176,44,'view_milestone','Can view milestone');
INSERT INTO "auth_permission" VALUES(177,45,'add_offer','Can add offer');
INSERT INTO "auth_permission" VALUES(178,45,'change_offer','Can change offer');
INSERT INTO "auth_permission" VALUES(179,45,'delete_offer','Can delete offer');
INSERT INTO "auth_permission" VALUES(180,45,'view_offer','Can view offer');
INSERT INTO "auth_permission" VALUES(181,46,'add_offeredmilestone','Can add offered step');
INSERT INTO "auth_permission" VALUES(182,46,'change_offeredmilestone','Can change offered step');
INSERT INTO "auth_permission" VALUES(183,46,'delete_offeredmilestone','Can delete offered step');
INSERT INTO "auth_permission" VALUES(184,46,'view_offeredmilestone','Can view offered step');
INSERT INTO "auth_permission" VALUES(185,47,'add_outcome','Can add outcome');
INSERT INTO "auth_permission" VALUES(186,47,'change_outcome','Can change outcome');
INSERT INTO "auth_permission" VALUES(187,47,'delete_outcome','Can delete outcome');
INSERT INTO "auth_permission" VALUES(188,47,'view_outcome','Can view outcome');
INSERT INTO "auth_permission" VALUES(189,48,'add_historicalcommitment_outcomes','Can add HistoricalCommitment_outcomes');
INSERT INTO "auth_permission" VALUES(190,48,'change_historicalcommitment_outcomes','Can change HistoricalCommitment_outcomes');
INSERT INTO "auth_permission" VALUES(191,48,'delete_historicalcommitment_outcomes','Can delete HistoricalCommitment_outcomes');
INSERT INTO "auth_permission" VALUES(192,48,'view_historicalcommitment_outcomes','Can view HistoricalCommitment_outcomes');
INSERT INTO "auth_permission" VALUES(193,49,'add_outcomeaddressee','Can add addressee');
INSERT INTO "auth_permission" VALUES(194,49,'change_outcomeaddressee','Can change addressee');
INSERT INTO "auth_permission" VALUES(195,49,'delete_outcomeaddressee','Can delete addressee');
INSERT INTO "auth_permission" VALUES(196,49,'view_outcomeaddressee','Can view addressee');
INSERT INTO "auth_permission" VALUES(197,50,'add_progressupdate','Can add progress update');
INSERT INTO "auth_permission" VALUES(198,50,'change_progressupdate','Can change progress update');
INSERT INTO "auth_permission" VALUES(199,50,'delete_progressupdate','Can delete progress update');
INSERT INTO "auth_permission" VALUES(200,50,'view_progressupdate','Can view progress update');
INSERT INTO "auth_permission" VALUES(201,51,'add_evidence','Can add evidence');
INSERT INTO "auth_permission" VALUES(202,51,'change_evidence','Can change evidence');
INSERT INTO "auth_permission" VALUES(203,51,'delete_evidence','Can delete evidence');
INSERT INTO "auth_permission" VALUES(204,51,'view_evidence','Can view evidence');
INSERT INTO "auth_permission" VALUES(205,52,'add_relatedtext','Can add related text');
INSERT INTO "auth_permission" VALUES(206,52,'change_relatedtext','Can change related text');
INSERT INTO "auth_permission" VALUES(207,52,'delete_relatedtext','Can delete related text');
INSERT INTO "auth_permission" VALUES(208,52,'view_relatedtext','Can view related text');
INSERT INTO "auth_permission" VALUES(209,53,'add_reminder','Can add reminder');
INSERT INTO "auth_permission" VALUES(210,53,'change_reminder','Can change reminder');
INSERT INTO "auth_permission" VALUES(211,53,'delete_reminder','Can delete reminder');
INSERT INTO "auth_permission" VALUES(212,53,'view_reminder','Can view reminder');
INSERT INTO "auth_permission" VALUES(213,54,'add_reportinground','Can add round of reporting');
INSERT INTO "auth_permission" VALUES(214,54,'change_reportinground','Can change round of reporting');
INSERT INTO "auth_permission" VALUES(215,54,'delete_reportinground','Can delete round of reporting');
INSERT INTO "auth_permission" VALUES(216,54,'view_reportinground','Can view round of reporting');
INSERT INTO "auth_permission" VALUES(217,55,'add_reportlink','Can add link to report');
INSERT INTO "auth_permission" VALUES(218,55,'change_reportlink','Can change link to report');
INSERT INTO "auth_permission" VALUES(219,55,'delete_reportlink','Can delete link to report');
INSERT INTO "auth_permission" VALUES(220,55,'view_reportlink','Can view link to report');
INSERT INTO "auth_permission" VALUES(221,56,'add_response','Can add response');
INSERT INTO "auth_permission" VALUES(222,56,'change_response','Can change response');
INSERT INTO "auth_permission" VALUES(223,56,'delete_response','Can delete response');
INSERT INTO "auth_permission" VALUES(224,56,'view_response','Can view response');
INSERT INTO "auth_permission" VALUES(225,57,'add_rewording','Can add rewording');
INSERT INTO "auth_permission" VALUES(226,57,'change_rewording','Can change rewording');
INSERT INTO "auth_permission" VALUES(227,57,'delete_rewording','Can delete rewording');
INSERT INTO "auth_permission" VALUES(228,57,'view_rewording','Can view rewording');
INSERT INTO "auth_permission" VALUES(229,58,'add_roundrequest','Can add request of a round');
INSERT INTO "auth_permission" VALUES(230,58,'change_roundrequest','Can change request of a round');
INSERT INTO "auth_permission" VALUES(231,58,'delete_roundrequest','Can delete request of a round');
INSERT INTO "auth_permission" VALUES(232,58,'view_roundrequest','Can view request of a round');
INSERT INTO "auth_permission" VALUES(233,59,'add_statement','Can add statement');
INSERT INTO "auth_permission" VALUES(234,59,'change_statement','Can change statement');
INSERT INTO "auth_permission" VALUES(235,59,'delete_statement','Can delete statement');
INSERT INTO "auth_permission" VALUES(236,59,'view_statement','Can view statement');
INSERT INTO "auth_permission" VALUES(237,60,'add_historicaloutcome','Can add historical outcome');
INSERT INTO "auth_permission" VALUES(238,60,'change_historicaloutcome','Can change historical outcome');
INSERT INTO "auth_permission" VALUES(239,60,'delete_historicaloutcome','Can delete historical outcome');
INSERT INTO "auth_permission" VALUES(240,60,'view_historicaloutcome','Can view historical outcome');
INSERT INTO "auth_permission" VALUES(241,61,'add_statementversion','Can add version of a statement');
INSERT INTO "auth_permission" VALUES(242,61,'change_statementversion','Can change version of a statement');
INSERT INTO "auth_permission" VALUES(243,61,'delete_statementversion','Can delete version of a statement');
INSERT INTO "auth_permission" VALUES(244,61,'view_statementversion','Can view version of a statement');
INSERT INTO "auth_permission" VALUES(245,62,'add_signoff','Can add signature');
INSERT INTO "auth_permission" VALUES(246,62,'change_signoff','Can change signature');
INSERT INTO "auth_permission" VALUES(247,62,'delete_signoff','Can delete signature');
INSERT INTO "auth_permission" VALUES(248,62,'view_signoff','Can view signature');
INSERT INTO "auth_permission" VALUES(249,63,'add_circulation','Can add circulation');
INSERT INTO "auth_permission" VALUES(250,63,'change_circulation','Can change circulation');
INSERT INTO "auth_permission" VALUES(251,63,'delete_circulation','Can delete circulation');
INSERT INTO "auth_permission" VALUES(252,63,'view_circulation','Can view circulation');
INSERT INTO "auth_permission" VALUES(253,64,'add_subscription','Can add followed thing');
INSERT INTO "auth_permission" VALUES(254,64,'change_subscription','Can change followed thing');
INSERT INTO "auth_permission" VALUES(255,64,'delete_subscription','Can delete followed thing');
INSERT INTO "auth_permission" VALUES(256,64,'view_subscription','Can view followed thing');
INSERT INTO "auth_permission" VALUES(257,65,'add_historicaloutcome_themes','Can add HistoricalOutcome_themes');
INSERT INTO "auth_permission" VALUES(258,65,'change_historicaloutcome_themes','Can change HistoricalOutcome_themes');
INSERT INTO "auth_permission" VALUES(259,65,'delete_historicaloutcome_themes','Can delete HistoricalOutcome_themes');
INSERT INTO "auth_permission" VALUES(260,65,'view_historicaloutcome_themes','Can view HistoricalOutcome_themes');
INSERT INTO "auth_permission" VALUES(261,66,'add_upload','Can add upload');
INSERT INTO "auth_permission" VALUES(262,66,'change_upload','Can change upload');
INSERT INTO "auth_permission" VALUES(263,66,'delete_upload','Can delete upload');
INSERT INTO "auth_permission" VALUES(264,66,'view_upload','Can view upload');
INSERT INTO "auth_permission" VALUES(265,67,'add_circulationreply','Can add answer to a circulated text');
INSERT INTO "auth_permission" VALUES(266,67,'change_circulationreply','Can change answer to a circulated text');
INSERT INTO "auth_permission" VALUES(267,67,'delete_circulationreply','Can delete answer to a circulated text');
INSERT INTO "auth_permission" VALUES(268,67,'view_circulationreply','Can view answer to a circulated text');
INSERT INTO "auth_permission" VALUES(269,68,'add_assessment','Can add assessment');
INSERT INTO "auth_permission" VALUES(270,68,'change_assessment','Can change assessment');
INSERT INTO "auth_permission" VALUES(271,68,'delete_assessment','Can delete assessment');
INSERT INTO "auth_permission" VALUES(272,68,'view_assessment','Can view assessment');
INSERT INTO "auth_permission" VALUES(273,69,'add_logentry','Can add log entry');
INSERT INTO "auth_permission" VALUES(274,69,'change_logentry','Can change log entry');
INSERT INTO "auth_permission" VALUES(275,69,'delete_logentry','Can delete log entry');
INSERT INTO "auth_permission" VALUES(276,69,'view_logentry','Can view log entry');
INSERT INTO "auth_permission" VALUES(277,70,'add_permission','Can add permission');
INSERT INTO "auth_permission" VALUES(278,70,'change_permission','Can change permission');
INSERT INTO "auth_permission" VALUES(279,70,'delete_permission','Can delete permission');
INSERT INTO "auth_permission" VALUES(280,70,'view_permission','Can view permission');
INSERT INTO "auth_permission" VALUES(281,71,'add_group','Can add group');
INSERT INTO "auth_permission" VALUES(282,71,'change_group','Can change group');
INSERT INTO "auth_permission" VALUES(283,71,'delete_group','Can delete group');
INSERT INTO "auth_permission" VALUES(284,71,'view_group','Can view group');
INSERT INTO "auth_permission" VALUES(285,72,'add_contenttype','Can add content type');
INSERT INTO "auth_permission" VALUES(286,72,'change_contenttype','Can change content type');
INSERT INTO "auth_permission" VALUES(287,72,'delete_contenttype','Can delete content type');
INSERT INTO "auth_permission" VALUES(288,72,'view_contenttype','Can view content type');
INSERT INTO "auth_permission" VALUES(289,73,'add_session','Can add session');
INSERT INTO "auth_permission" VALUES(290,73,'change_session','Can change session');
INSERT INTO "auth_permission" VALUES(291,73,'delete_session','Can delete session');
INSERT INTO "auth_permission" VALUES(292,73,'view_session','Can view session');
INSERT INTO "auth_permission" VALUES(293,74,'add_emailaddress','Can add email address');
INSERT INTO "auth_permission" VALUES(294,74,'change_emailaddress','Can change email address');
INSERT INTO "auth_permission" VALUES(295,74,'delete_emailaddress','Can delete email address');
INSERT INTO "auth_permission" VALUES(296,74,'view_emailaddress','Can view email address');
INSERT INTO "auth_permission" VALUES(297,75,'add_emailconfirmation','Can add email confirmation');
INSERT INTO "auth_permission" VALUES(298,75,'change_emailconfirmation','Can change email confirmation');
INSERT INTO "auth_permission" VALUES(299,75,'delete_emailconfirmation','Can delete email confirmation');
INSERT INTO "auth_permission" VALUES(300,75,'view_emailconfirmation','Can view email confirmation');
INSERT INTO "auth_permission" VALUES(301,76,'add_authenticator','Can add authenticator');
INSERT INTO "auth_permission" VALUES(302,76,'change_authenticator','Can change authenticator');
INSERT INTO "auth_permission" VALUES(303,76,'delete_authenticator','Can delete authenticator');
INSERT INTO "auth_permission" VALUES(304,76,'view_authenticator','Can view authenticator');
INSERT INTO "auth_permission" VALUES(305,77,'add_usersession','Can add user session');
INSERT INTO "auth_permission" VALUES(306,77,'change_usersession','Can change user session');
INSERT INTO "auth_permission" VALUES(307,77,'delete_usersession','Can delete user session');
INSERT INTO "auth_permission" VALUES(308,77,'view_usersession','Can view user session');
INSERT INTO "auth_permission" VALUES(309,78,'add_dbtaskresult','Can add Task Result');
INSERT INTO "auth_permission" VALUES(310,78,'change_dbtaskresult','Can change Task Result');
INSERT INTO "auth_permission" VALUES(311,78,'delete_dbtaskresult','Can delete Task Result');
INSERT INTO "auth_permission" VALUES(312,78,'view_dbtaskresult','Can view Task Result');
CREATE TABLE "django_admin_log" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "object_id" text NULL, "object_repr" varchar(200) NOT NULL, "action_flag" smallint unsigned NOT NULL CHECK ("action_flag" >= 0), "change_message" text NOT NULL, "content_type_id" integer NULL REFERENCES "django_content_type" ("id") DEFERRABLE INITIALLY DEFERRED, "user_id" bigint NOT NULL REFERENCES "participants_user" ("id") DEFERRABLE INITIALLY DEFERRED, "action_time" datetime NOT NULL);
CREATE TABLE "django_content_type" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "app_label" varchar(100) NOT NULL, "model" varchar(100) NOT NULL);
INSERT INTO "django_content_type" VALUES(1,'roundtable','audithead');
INSERT INTO "django_content_type" VALUES(2,'roundtable','auditkey');
INSERT INTO "django_content_type" VALUES(3,'roundtable','event');
INSERT INTO "django_content_type" VALUES(4,'roundtable','idempotencykey');
INSERT INTO "django_content_type" VALUES(5,'roundtable','series');
INSERT INTO "django_content_type" VALUES(6,'roundtable','auditentry');
INSERT INTO "django_content_type" VALUES(7,'roundtable','mailbatch');
INSERT INTO "django_content_type" VALUES(8,'roundtable','queuedemail');
INSERT INTO "django_content_type" VALUES(9,'roundtable','historicalevent');
INSERT INTO "django_content_type" VALUES(10,'participants','historicalorganisation');
INSERT INTO "django_content_type" VALUES(11,'participants','user');
INSERT INTO "django_content_type" VALUES(12,'participants','consentnotice');
INSERT INTO "django_content_type" VALUES(13,'participants','delegate');
INSERT INTO "django_content_type" VALUES(14,'participants','contactchannel');
INSERT INTO "django_content_type" VALUES(15,'participants','consent');
INSERT INTO "django_content_type" VALUES(16,'participants','delegatelanguage');
INSERT INTO "django_content_type" VALUES(17,'participants','erasure');
INSERT INTO "django_content_type" VALUES(18,'participants','factorreset');
INSERT INTO "django_content_type" VALUES(19,'participants','group');
INSERT INTO "django_content_type" VALUES(20,'participants','handleredirect');
INSERT INTO "django_content_type" VALUES(21,'participants','introduction');
INSERT INTO "django_content_type" VALUES(22,'participants','invitation');
INSERT INTO "django_content_type" VALUES(23,'participants','invitationrequest');
INSERT INTO "django_content_type" VALUES(24,'participants','organisation');
INSERT INTO "django_content_type" VALUES(25,'participants','grant');
INSERT INTO "django_content_type" VALUES(26,'participants','eventrole');
INSERT INTO "django_content_type" VALUES(27,'participants','audienceexception');
INSERT INTO "django_content_type" VALUES(28,'participants','affiliation');
INSERT INTO "django_content_type" VALUES(29,'participants','participantlist');
INSERT INTO "django_content_type" VALUES(30,'participants','participation');
INSERT INTO "django_content_type" VALUES(31,'participants','recordedcount');
INSERT INTO "django_content_type" VALUES(32,'participants','retentionaction');
INSERT INTO "django_content_type" VALUES(33,'participants','revealbudget');
INSERT INTO "django_content_type" VALUES(34,'participants','slugredirect');
INSERT INTO "django_content_type" VALUES(35,'outcomes','corrigendum');
INSERT INTO "django_content_type" VALUES(36,'outcomes','theme');
INSERT INTO "django_content_type" VALUES(37,'outcomes','commitment');
INSERT INTO "django_content_type" VALUES(38,'outcomes','commitmentparty');
INSERT INTO "django_content_type" VALUES(39,'outcomes','document');
INSERT INTO "django_content_type" VALUES(40,'outcomes','handover');
INSERT INTO "django_content_type" VALUES(41,'outcomes','historicalcommitment');
INSERT INTO "django_content_type" VALUES(42,'outcomes','historicalmilestone');
INSERT INTO "django_content_type" VALUES(43,'outcomes','historicalstatement');
INSERT INTO "django_content_type" VALUES(44,'outcomes','milestone');
INSERT INTO "django_content_type" VALUES(45,'outcomes','offer');
INSERT INTO "django_content_type" VALUES(46,'outcomes','offeredmilestone');
INSERT INTO "django_content_type" VALUES(47,'outcomes','outcome');
INSERT INTO "django_content_type" VALUES(48,'outcomes','historicalcommitment_outcomes');
INSERT INTO "django_content_type" VALUES(49,'outcomes','outcomeaddressee');
INSERT INTO "django_content_type" VALUES(50,'outcomes','progressupdate');
INSERT INTO "django_content_type" VALUES(51,'outcomes','evidence');
INSERT INTO "django_content_type" VALUES(52,'outcomes','relatedtext');
INSERT INTO "django_content_type" VALUES(53,'outcomes','reminder');
INSERT INTO "django_content_type" VALUES(54,'outcomes','reportinground');
INSERT INTO "django_content_type" VALUES(55,'outcomes','reportlink');
INSERT INTO "django_content_type" VALUES(56,'outcomes','response');
INSERT INTO "django_content_type" VALUES(57,'outcomes','rewording');
INSERT INTO "django_content_type" VALUES(58,'outcomes','roundrequest');
INSERT INTO "django_content_type" VALUES(59,'outcomes','statement');
INSERT INTO "django_content_type" VALUES(60,'outcomes','historicaloutcome');
INSERT INTO "django_content_type" VALUES(61,'outcomes','statementversion');
INSERT INTO "django_content_type" VALUES(62,'outcomes','signoff');
INSERT INTO "django_content_type" VALUES(63,'outcomes','circulation');
INSERT INTO "django_content_type" VALUES(64,'outcomes','subscription');
INSERT INTO "django_content_type" VALUES(65,'outcomes','historicaloutcome_themes');
INSERT INTO "django_content_type" VALUES(66,'outcomes','upload');
INSERT INTO "django_content_type" VALUES(67,'outcomes','circulationreply');
INSERT INTO "django_content_type" VALUES(68,'outcomes','assessment');
INSERT INTO "django_content_type" VALUES(69,'admin','logentry');
INSERT INTO "django_content_type" VALUES(70,'auth','permission');
INSERT INTO "django_content_type" VALUES(71,'auth','group');
INSERT INTO "django_content_type" VALUES(72,'contenttypes','contenttype');
INSERT INTO "django_content_type" VALUES(73,'sessions','session');
INSERT INTO "django_content_type" VALUES(74,'account','emailaddress');
INSERT INTO "django_content_type" VALUES(75,'account','emailconfirmation');
INSERT INTO "django_content_type" VALUES(76,'mfa','authenticator');
INSERT INTO "django_content_type" VALUES(77,'usersessions','usersession');
INSERT INTO "django_content_type" VALUES(78,'django_tasks_database','dbtaskresult');
CREATE TABLE "django_migrations" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "app" varchar(255) NOT NULL, "name" varchar(255) NOT NULL, "applied" datetime NOT NULL);
INSERT INTO "django_migrations" VALUES(1,'roundtable','0001_initial','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(2,'participants','0001_initial','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(3,'account','0001_initial','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(4,'account','0002_email_max_length','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(5,'account','0003_alter_emailaddress_create_unique_verified_email','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(6,'account','0004_alter_emailaddress_drop_unique_email','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(7,'account','0005_emailaddress_idx_upper_email','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(8,'account','0006_emailaddress_lower','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(9,'account','0007_emailaddress_idx_email','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(10,'account','0008_emailaddress_unique_primary_email_fixup','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(11,'account','0009_emailaddress_unique_primary_email','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(12,'contenttypes','0001_initial','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(13,'admin','0001_initial','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(14,'admin','0002_logentry_remove_auto_add','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(15,'admin','0003_logentry_add_action_flag_choices','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(16,'contenttypes','0002_remove_content_type_name','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(17,'auth','0001_initial','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(18,'auth','0002_alter_permission_name_max_length','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(19,'auth','0003_alter_user_email_max_length','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(20,'auth','0004_alter_user_username_opts','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(21,'auth','0005_alter_user_last_login_null','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(22,'auth','0006_require_contenttypes_0002','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(23,'auth','0007_alter_validators_add_error_messages','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(24,'auth','0008_alter_user_username_max_length','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(25,'auth','0009_alter_user_last_name_max_length','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(26,'auth','0010_alter_group_name_max_length','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(27,'auth','0011_update_proxy_permissions','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(28,'auth','0012_alter_user_first_name_max_length','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(29,'django_tasks_database','0001_initial','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(30,'django_tasks_database','0002_alter_dbtaskresult_options','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(31,'django_tasks_database','0003_dbtaskresult_enqueued_at_dbtaskresult_finished_at','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(32,'django_tasks_database','0004_dbtaskresult_started_at','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(33,'django_tasks_database','0005_alter_dbtaskresult_priority_and_more','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(34,'django_tasks_database','0006_alter_dbtaskresult_args_kwargs_and_more','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(35,'django_tasks_database','0007_add_separate_results_fields','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(36,'django_tasks_database','0008_separate_results_field','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(37,'django_tasks_database','0009_remove_results_field','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(38,'django_tasks_database','0010_alter_dbtaskresult_status','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(39,'django_tasks_database','0011_rename_complete_status','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(40,'django_tasks_database','0012_add_separate_exception_fields','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(41,'django_tasks_database','0013_separate_exception_fields','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(42,'django_tasks_database','0014_remove_dbtaskresult_exception_data','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(43,'django_tasks_database','0015_correctly_order_run_after','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(44,'django_tasks_database','0016_remove_dbtaskresult_django_task_new_ordering_idx_and_more','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(45,'django_tasks_database','0017_dbtaskresult_metadata','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(46,'django_tasks_database','0018_rename_succeeded_status','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(47,'django_tasks_database','0019_rename_django_task_new_ordering_idx_tasks_db_new_ordering_idx_and_more','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(48,'django_tasks_database','0020_update_db_task_result_ordering','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(49,'django_tasks_database','0021_conditional_partial_index_ordering','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(50,'mfa','0001_initial','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(51,'mfa','0002_authenticator_timestamps','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(52,'mfa','0003_authenticator_type_uniq','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(53,'outcomes','0001_initial','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(54,'sessions','0001_initial','2026-03-20 12:00:10');
INSERT INTO "django_migrations" VALUES(55,'usersessions','0001_initial','2026-03-20 12:00:10');
CREATE TABLE "django_session" ("session_key" varchar(40) NOT NULL PRIMARY KEY, "session_data" text NOT NULL, "expire_date" datetime NOT NULL);
INSERT INTO "django_session" VALUES('s33j8raln6z1hz9ucv1n958azp60ai8t','.eJyFkM8OgjAMxt9lZ0MKDDu46WsYQ7rZBaIyIuVgCO_uQBL15K1f__y-tpOqaZSmHgd-1O1FVSpHtftOWnJX7pYK3W5LOiHnwthJsvZs5SE5RMWdtI6kDd1xm_pBNTQ0kbMvHEJmzT7T1hvrstJZrfPUsMkKUwCVnr1jtCkwIpLOEXypc00egYgjdFthZX9M6ztLEy6Dqk6TesfR7u4pTsiz5ygkSB_VcqmOGFFViqgBDKSQwHz-h14PeX9pfgGdJGnG:1w3YWQ:lHQ8muKbUPzHzCbs6MWfZszF9iCp-Jh_VPyXN4tN-vY','2026-03-20 20:00:10');
INSERT INTO "django_session" VALUES('q6wxz405yjjry7dqnrf21oypgw2c0kai','.eJyFkNsOgjAMht9l14Zsg62DO30NY0gpIxARiJQLQ3h3xyFRr7zr38P3t51FjhPX-TT6Z96UIhOxE6fvZIF0991awbZd0xES9VPH0dZzlMfoHJTvuCHkpu8ux9QPqsaxDhyQqJAAY6fAau_BWsK0sJrAkHKg0lLbFCRgBQacMrbQ1qTakIkT69b9jhU29sc0f3iu-3IU2XUWexzsHhWGCX4NPgjueQhqvdQEDItMASRSOqlkJJfbP_R2yP6l5Q3Qx2hi:1w3YWQ:t9ZKND38lQV872XF4mMHwwOPTWO5VZfQrYWiqu3Z7zs','2026-03-20 20:00:10');
CREATE TABLE "django_tasks_database_dbtaskresult" ("id" char(32) NOT NULL PRIMARY KEY, "args_kwargs" text NOT NULL CHECK ((JSON_VALID("args_kwargs") OR "args_kwargs" IS NULL)), "priority" integer NOT NULL, "task_path" text NOT NULL, "queue_name" varchar(32) NOT NULL, "backend_name" varchar(32) NOT NULL, "run_after" datetime NOT NULL, "enqueued_at" datetime NOT NULL, "finished_at" datetime NULL, "started_at" datetime NULL, "return_value" text NULL CHECK ((JSON_VALID("return_value") OR "return_value" IS NULL)), "exception_class_path" text NOT NULL, "traceback" text NOT NULL, "worker_ids" text NOT NULL CHECK ((JSON_VALID("worker_ids") OR "worker_ids" IS NULL)), "status" varchar(10) NOT NULL, CONSTRAINT "priority_range" CHECK ("priority" BETWEEN -100 AND 100));
INSERT INTO "django_tasks_database_dbtaskresult" VALUES('b5ab1f0a0c0947ac911ae4ebe9c8950d','{"args": [1], "kwargs": {}}',0,'roundtable.mail.queue.send_queued_email','default','mail','9999-01-01 00:00:00','2026-03-20 12:00:10',NULL,NULL,NULL,'','','[]','READY');
INSERT INTO "django_tasks_database_dbtaskresult" VALUES('8d3044980617483eb69b57afca54de93','{"args": [2], "kwargs": {}}',0,'roundtable.mail.queue.send_queued_email','default','mail','9999-01-01 00:00:00','2026-03-20 12:00:10',NULL,NULL,NULL,'','','[]','READY');
INSERT INTO "django_tasks_database_dbtaskresult" VALUES('f6f453ac43cb4dd5ad872c3ae14a6cf7','{"args": [3], "kwargs": {}}',0,'roundtable.mail.queue.send_queued_email','default','mail','9999-01-01 00:00:00','2026-03-20 12:00:10',NULL,NULL,NULL,'','','[]','READY');
INSERT INTO "django_tasks_database_dbtaskresult" VALUES('b02510b368ba434b8836a8c1ff0b8b22','{"args": [4], "kwargs": {}}',0,'roundtable.mail.queue.send_queued_email','default','mail','9999-01-01 00:00:00','2026-03-20 12:00:10',NULL,NULL,NULL,'','','[]','READY');
INSERT INTO "django_tasks_database_dbtaskresult" VALUES('2be3a27b553b40fcbfa17ab71ee1179b','{"args": [5], "kwargs": {}}',0,'roundtable.mail.queue.send_queued_email','default','mail','9999-01-01 00:00:00','2026-03-20 12:00:10',NULL,NULL,NULL,'','','[]','READY');
INSERT INTO "django_tasks_database_dbtaskresult" VALUES('dc7b56cbe08147cfb9b0d3b652e5a823','{"args": [6], "kwargs": {}}',0,'roundtable.mail.queue.send_queued_email','default','mail','9999-01-01 00:00:00','2026-03-20 12:00:10',NULL,NULL,NULL,'','','[]','READY');
INSERT INTO "django_tasks_database_dbtaskresult" VALUES('08bce5479f9a437790aad2bcd179d51e','{"args": [7], "kwargs": {}}',0,'roundtable.mail.queue.send_queued_email','default','mail','9999-01-01 00:00:00','2026-03-20 12:00:10',NULL,NULL,NULL,'','','[]','READY');
INSERT INTO "django_tasks_database_dbtaskresult" VALUES('df9c4e9700e54e129d058a18a41a4b32','{"args": [8], "kwargs": {}}',0,'roundtable.mail.queue.send_queued_email','default','mail','9999-01-01 00:00:00','2026-03-20 12:00:10',NULL,NULL,NULL,'','','[]','READY');
INSERT INTO "django_tasks_database_dbtaskresult" VALUES('5c188a218cff421cbd637efa432b7397','{"args": [9], "kwargs": {}}',0,'roundtable.mail.queue.send_queued_email','default','mail','9999-01-01 00:00:00','2026-03-20 12:00:10',NULL,NULL,NULL,'','','[]','READY');
INSERT INTO "django_tasks_database_dbtaskresult" VALUES('610fb365c3cf4db186035f1f48cf6fd8','{"args": [10], "kwargs": {}}',0,'roundtable.mail.queue.send_queued_email','default','mail','9999-01-01 00:00:00','2026-03-20 12:00:10',NULL,NULL,NULL,'','','[]','READY');
INSERT INTO "django_tasks_database_dbtaskresult" VALUES('5a0ed2d650404321971880227a943945','{"args": [11], "kwargs": {}}',0,'roundtable.mail.queue.send_queued_email','default','mail','9999-01-01 00:00:00','2026-03-20 12:00:10',NULL,NULL,NULL,'','','[]','READY');
INSERT INTO "django_tasks_database_dbtaskresult" VALUES('03a3bfeb6a1b4e2c8399568f0cb2745c','{"args": [12], "kwargs": {}}',0,'roundtable.mail.queue.send_queued_email','default','mail','9999-01-01 00:00:00','2026-03-20 12:00:10',NULL,NULL,NULL,'','','[]','READY');
INSERT INTO "django_tasks_database_dbtaskresult" VALUES('68584ef046a34ce1a2b51f7671e4b609','{"args": [13], "kwargs": {}}',0,'roundtable.mail.queue.send_queued_email','default','mail','9999-01-01 00:00:00','2026-03-20 12:00:10',NULL,NULL,NULL,'','','[]','READY');
INSERT INTO "django_tasks_database_dbtaskresult" VALUES('afea4855ad3347d588212bd410649d77','{"args": [14], "kwargs": {}}',0,'roundtable.mail.queue.send_queued_email','default','mail','9999-01-01 00:00:00','2026-03-20 12:00:10',NULL,NULL,NULL,'','','[]','READY');
INSERT INTO "django_tasks_database_dbtaskresult" VALUES('bb1a60be839f45ad921f2dd96fe48345','{"args": [15], "kwargs": {}}',0,'roundtable.mail.queue.send_queued_email','default','mail','9999-01-01 00:00:00','2026-03-20 12:00:10',NULL,NULL,NULL,'','','[]','READY');
INSERT INTO "django_tasks_database_dbtaskresult" VALUES('14e255139fb1406ca1d0cf9182638e32','{"args": [16], "kwargs": {}}',0,'roundtable.mail.queue.send_queued_email','default','mail','2026-03-20 12:10:10','2026-03-20 12:00:10',NULL,NULL,NULL,'','','[]','READY');
INSERT INTO "django_tasks_database_dbtaskresult" VALUES('7572a3c63b20452a84aac4399194e739','{"args": [17], "kwargs": {}}',0,'roundtable.mail.queue.send_queued_email','default','mail','2026-03-20 12:10:10','2026-03-20 12:00:10',NULL,NULL,NULL,'','','[]','READY');
CREATE TABLE "mfa_authenticator" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "type" varchar(20) NOT NULL, "data" text NOT NULL CHECK ((JSON_VALID("data") OR "data" IS NULL)), "user_id" bigint NOT NULL REFERENCES "participants_user" ("id") DEFERRABLE INITIALLY DEFERRED, "created_at" datetime NOT NULL, "last_used_at" datetime NULL);
INSERT INTO "mfa_authenticator" VALUES(1,'totp','{"secret": "gAAAAABpvTbK3zN-l7WitI5yLbWKTZr984ykNqan_xnBwMlAsVEnQNnXENKYGRCthQRm6Mp3FtSkFmOwpxKp17-l5bjTelni3jTwbsINvYdnjETB8Ow8QhGnWNQAfUHsPgscFAw_CjB4"}',35,'2026-03-20 12:00:10',NULL);
INSERT INTO "mfa_authenticator" VALUES(2,'totp','{"secret": "gAAAAABpvTbKcRP6bb2Cu1lhmPwG7IYbZwf_G6l00P3q5CzPiUrURkq1uT2l4W-SwU806sYtG0D_N0klPD2jLVu199PoozZ4aEr_YqANJuGpwc8QwK_tXYa4QwxuSrtZn3-CHkwn8cUK"}',34,'2026-03-20 12:00:10',NULL);
INSERT INTO "mfa_authenticator" VALUES(3,'totp','{"secret": "gAAAAABpvTbK2EcNaqwWZSLa8EThlYZGpXwUOHN0gCCPc3VctuH2-j8yFgGD0jcm8UNjIKPninOZTbDsSPBA7XQmrZCAg_dGIUgaO9lzIawZAc4oOxNQeBfwxuxlJ70wW1jAL_D8FD0Q"}',112,'2026-03-20 12:00:10',NULL);
INSERT INTO "mfa_authenticator" VALUES(4,'totp','{"secret": "gAAAAABpvTbKq2O5yOfg6K8BbWyQUcBAmxMVn4kSRwyUfaQu5-ozuXxuCD41oMngNkbU-NaTDix2jz9jE_6xI-M5PRKjs1t3s8ze-Dz7URD1AhgdxT0MSg5MMuzacjt17AjdiOkh5vKV"}',37,'2026-03-20 12:00:10',NULL);
INSERT INTO "mfa_authenticator" VALUES(5,'totp','{"secret": "gAAAAABpvTbKF7fgFctCjocR2MmhM_Zq0y9gbKSzXHcYhhO1QMCR2TX8hW_C_w3adNLdv3EpkCRMW51matAe5tVMgXDzhh2_rmP1Iwov6vXpgSbwhs5Yh90VLzJ8m2MmKtDIMMH34WIa"}',38,'2026-03-20 12:00:10',NULL);
CREATE TABLE "outcomes_assessment" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "state" varchar(16) NOT NULL, "has_no_personal_details" bool NOT NULL, "submitted_at" datetime NULL, "note" text NOT NULL, "approved_at" datetime NULL, "revision" integer unsigned NOT NULL CHECK ("revision" >= 0), "finding" varchar(12) NOT NULL, "text" text NOT NULL, "assessed_on" date NOT NULL, "source" varchar(500) NOT NULL, "approved_by_id" bigint NULL REFERENCES "participants_user" ("id") DEFERRABLE INITIALLY DEFERRED, "author_id" bigint NULL REFERENCES "participants_user" ("id") DEFERRABLE INITIALLY DEFERRED, "organisation_id" bigint NOT NULL REFERENCES "participants_organisation" ("id") DEFERRABLE INITIALLY DEFERRED, "commitment_id" bigint NOT NULL REFERENCES "outcomes_commitment" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "assessment_approved_has_decider_and_date" CHECK ((("approved_at" IS NOT NULL AND "approved_by_id" IS NOT NULL AND "state" = 'approved') OR (NOT ("state" = 'approved') AND "approved_at" IS NULL AND "approved_by_id" IS NULL))), CONSTRAINT "assessment_state_valid" CHECK ("state" IN ('draft', 'submitted', 'change-requested', 'approved')), CONSTRAINT "assessment_submitted_without_personal_details" CHECK (("state" = 'draft' OR ("has_no_personal_details" AND "submitted_at" IS NOT NULL))), CONSTRAINT "assessment_change_requested_has_note" CHECK ((NOT ("state" = 'change-requested') OR NOT ("note" = ''))), CONSTRAINT "assessment_finding_valid" CHECK ("finding" IN ('no-evidence', 'not-started', 'limited', 'substantial', 'complete')), CONSTRAINT "assessment_has_text" CHECK (NOT ("text" = '')));
INSERT INTO "outcomes_assessment" VALUES(1,'approved',1,'2026-03-02 12:00:00','','2026-03-02 12:00:00',1,'limited','zq-event-assessment','2025-05-01','zq-event-assource',3,NULL,12,3);
INSERT INTO "outcomes_assessment" VALUES(2,'approved',1,'2026-03-02 12:00:00','','2026-03-02 12:00:00',1,'limited','zq-other-assessment','2025-05-01','zq-other-assource',6,NULL,14,4);
INSERT INTO "outcomes_assessment" VALUES(3,'approved',1,'2026-03-02 12:00:00','','2026-03-02 12:00:00',1,'limited','zq-hush-assessment','2025-05-01','zq-hush-assource',9,NULL,16,5);
INSERT INTO "outcomes_assessment" VALUES(4,'draft',1,NULL,'',NULL,0,'limited','zq-assessment-draft','2025-05-01','',NULL,NULL,62,3);
INSERT INTO "outcomes_assessment" VALUES(5,'submitted',1,'2026-03-02 12:00:00','',NULL,1,'limited','zq-assessment-submitted','2025-05-01','',NULL,NULL,63,3);
INSERT INTO "outcomes_assessment" VALUES(6,'approved',1,'2026-03-02 12:00:00','','2026-03-02 12:00:00',1,'no-evidence','One of the two courses was held.','2025-05-01','',59,NULL,86,14);
INSERT INTO "outcomes_assessment" VALUES(7,'approved',1,'2026-03-02 12:00:00','','2026-03-02 12:00:00',1,'not-started','One of the two courses was held.','2025-05-01','',60,NULL,87,14);
INSERT INTO "outcomes_assessment" VALUES(8,'approved',1,'2026-03-02 12:00:00','','2026-03-02 12:00:00',1,'limited','One of the two courses was held.','2025-05-01','',61,NULL,88,14);
INSERT INTO "outcomes_assessment" VALUES(9,'approved',1,'2026-03-02 12:00:00','','2026-03-02 12:00:00',1,'substantial','One of the two courses was held.','2025-05-01','',62,NULL,89,14);
INSERT INTO "outcomes_assessment" VALUES(10,'approved',1,'2026-03-02 12:00:00','','2026-03-02 12:00:00',1,'complete','One of the two courses was held.','2025-05-01','',63,NULL,90,14);
INSERT INTO "outcomes_assessment" VALUES(11,'draft',1,NULL,'',NULL,0,'limited','One of the two courses was held.','2025-05-01','',NULL,NULL,93,14);
INSERT INTO "outcomes_assessment" VALUES(12,'submitted',1,'2026-03-20 12:00:10','',NULL,1,'limited','One of the two courses was held.','2025-05-01','',NULL,NULL,95,14);
INSERT INTO "outcomes_assessment" VALUES(13,'change-requested',1,'2026-03-20 12:00:10','Say by when.',NULL,2,'limited','One of the two courses was held.','2025-05-01','',NULL,NULL,97,14);
INSERT INTO "outcomes_assessment" VALUES(14,'approved',1,'2026-03-20 12:00:10','','2026-03-20 12:00:10',2,'limited','One of the two courses was held.','2025-05-01','',67,NULL,99,14);
CREATE TABLE "outcomes_circulation" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "deadline" datetime NOT NULL, "opened_at" datetime NOT NULL, "stop_reason" varchar(9) NOT NULL, "stopped_at" datetime NULL, "opened_by_id" bigint NULL REFERENCES "participants_user" ("id") DEFERRABLE INITIALLY DEFERRED, "version_id" bigint NOT NULL UNIQUE REFERENCES "outcomes_statementversion" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "circulation_ends_after_it_begins" CHECK ("deadline" > ("opened_at")), CONSTRAINT "circulation_stopped_has_date_and_reason" CHECK ((("stop_reason" = '' AND "stopped_at" IS NULL) OR ("stop_reason" IN ('objected', 'withdrawn') AND "stopped_at" IS NOT NULL))));
INSERT INTO "outcomes_circulation" VALUES(1,'2026-03-09 12:00:00','2026-03-02 12:00:00','',NULL,NULL,5);
INSERT INTO "outcomes_circulation" VALUES(2,'2026-03-09 12:00:00','2026-03-02 12:00:00','',NULL,NULL,6);
INSERT INTO "outcomes_circulation" VALUES(3,'2026-03-09 12:00:00','2026-03-02 12:00:00','',NULL,37,7);
INSERT INTO "outcomes_circulation" VALUES(4,'2026-03-12 13:00:00','2026-03-09 13:00:00','',NULL,37,8);
INSERT INTO "outcomes_circulation" VALUES(5,'2026-05-08 12:00:00','2026-03-02 12:00:00','',NULL,37,9);
INSERT INTO "outcomes_circulation" VALUES(6,'2026-03-09 12:00:00','2026-03-02 12:00:00','',NULL,37,10);
INSERT INTO "outcomes_circulation" VALUES(7,'2026-03-09 12:00:00','2026-03-02 12:00:00','objected','2026-03-20 12:00:10',NULL,11);
INSERT INTO "outcomes_circulation" VALUES(8,'2026-03-09 12:00:00','2026-03-02 12:00:00','withdrawn','2026-03-20 12:00:10',NULL,12);
CREATE TABLE "outcomes_circulationreply" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "answer" varchar(7) NOT NULL, "text" text NOT NULL, "answered_at" datetime NULL, "author_id" bigint NULL REFERENCES "participants_user" ("id") DEFERRABLE INITIALLY DEFERRED, "circulation_id" bigint NOT NULL REFERENCES "outcomes_circulation" ("id") DEFERRABLE INITIALLY DEFERRED, "organisation_id" bigint NOT NULL REFERENCES "participants_organisation" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "reply_unique" UNIQUE ("circulation_id", "organisation_id"), CONSTRAINT "reply_has_date" CHECK ((("answer" = '' AND "answered_at" IS NULL AND "text" = '') OR ("answer" IN ('agree', 'comment', 'object') AND "answered_at" IS NOT NULL))));
INSERT INTO "outcomes_circulationreply" VALUES(1,'','',NULL,NULL,1,11);
INSERT INTO "outcomes_circulationreply" VALUES(2,'comment','zq-draft-reply','2026-03-02 12:00:00',NULL,1,30);
INSERT INTO "outcomes_circulationreply" VALUES(3,'','',NULL,NULL,1,39);
INSERT INTO "outcomes_circulationreply" VALUES(4,'','',NULL,NULL,1,36);
INSERT INTO "outcomes_circulationreply" VALUES(5,'','',NULL,NULL,1,42);
INSERT INTO "outcomes_circulationreply" VALUES(6,'','',NULL,NULL,1,21);
INSERT INTO "outcomes_circulationreply" VALUES(7,'','',NULL,NULL,1,27);
INSERT INTO "outcomes_circulationreply" VALUES(8,'','',NULL,NULL,1,48);
INSERT INTO "outcomes_circulationreply" VALUES(9,'','',NULL,NULL,1,18);
INSERT INTO "outcomes_circulationreply" VALUES(10,'','',NULL,NULL,1,57);
INSERT INTO "outcomes_circulationreply" VALUES(11,'','',NULL,NULL,1,51);
INSERT INTO "outcomes_circulationreply" VALUES(12,'','',NULL,NULL,1,54);
INSERT INTO "outcomes_circulationreply" VALUES(13,'','',NULL,NULL,1,24);
INSERT INTO "outcomes_circulationreply" VALUES(14,'','',NULL,NULL,1,33);
INSERT INTO "outcomes_circulationreply" VALUES(15,'','',NULL,NULL,1,45);
INSERT INTO "outcomes_circulationreply" VALUES(16,'','',NULL,NULL,1,60);
INSERT INTO "outcomes_circulationreply" VALUES(17,'','',NULL,NULL,3,72);
INSERT INTO "outcomes_circulationreply" VALUES(18,'','',NULL,NULL,3,73);
INSERT INTO "outcomes_circulationreply" VALUES(19,'','',NULL,NULL,3,71);
INSERT INTO "outcomes_circulationreply" VALUES(20,'','',NULL,NULL,3,74);
INSERT INTO "outcomes_circulationreply" VALUES(21,'','',NULL,NULL,4,72);
INSERT INTO "outcomes_circulationreply" VALUES(22,'','',NULL,NULL,4,73);
INSERT INTO "outcomes_circulationreply" VALUES(23,'','',NULL,NULL,4,71);
INSERT INTO "outcomes_circulationreply" VALUES(24,'','',NULL,NULL,4,74);
INSERT INTO "outcomes_circulationreply" VALUES(25,'','',NULL,NULL,5,72);
INSERT INTO "outcomes_circulationreply" VALUES(26,'','',NULL,NULL,5,73);
INSERT INTO "outcomes_circulationreply" VALUES(27,'','',NULL,NULL,5,71);
INSERT INTO "outcomes_circulationreply" VALUES(28,'','',NULL,NULL,6,72);
INSERT INTO "outcomes_circulationreply" VALUES(29,'','',NULL,NULL,6,73);
INSERT INTO "outcomes_circulationreply" VALUES(30,'','',NULL,NULL,6,71);
INSERT INTO "outcomes_circulationreply" VALUES(31,'agree','As we said.','2026-03-20 12:00:10',41,8,75);
INSERT INTO "outcomes_circulationreply" VALUES(32,'comment','As we said.','2026-03-20 12:00:10',42,8,76);
INSERT INTO "outcomes_circulationreply" VALUES(33,'object','As we said.','2026-03-20 12:00:10',43,8,77);
CREATE TABLE "outcomes_commitment" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "reference" varchar(24) NOT NULL UNIQUE, "text" text NOT NULL, "place_in_source" varchar(200) NOT NULL, "due_on" date NULL, "is_open" bool NOT NULL, "recorded_at" datetime NOT NULL, "latest_status" varchar(12) NOT NULL, "latest_reported_on" date NULL, "event_id" bigint NOT NULL REFERENCES "roundtable_event" ("id") DEFERRABLE INITIALLY DEFERRED, "latest_update_id" bigint NULL REFERENCES "outcomes_progressupdate" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "commitment_reference_uppercase" CHECK (("reference" = (UPPER("reference")) AND NOT ("reference" = ''))), CONSTRAINT "commitment_has_text" CHECK (NOT ("text" = '')), CONSTRAINT "commitment_latest_update_as_copied" CHECK (("latest_update_id" IS NULL OR ("latest_reported_on" IS NOT NULL AND "latest_status" IN ('planning', 'in-progress', 'fulfilled', 'closed', 'superseded')))));
INSERT INTO "outcomes_commitment" VALUES(1,'BP2018-C2','Share contact details to facilitate strengthened connections and relationships and build effective pathways for information and knowledge sharing','point 4.d',NULL,0,'2026-03-20 12:00:10','',NULL,1,NULL);
INSERT INTO "outcomes_commitment" VALUES(2,'BP2018-C1','Follow through on outcomes and recommendations','introduction',NULL,0,'2026-03-20 12:00:10','',NULL,1,NULL);
INSERT INTO "outcomes_commitment" VALUES(3,'ZQEVENT-C1','zq-event-commitment','zq-event-coplace','2030-01-01',0,'2026-03-20 12:00:10','in-progress','2025-03-01',2,1);
INSERT INTO "outcomes_commitment" VALUES(4,'ZQOTHER-C1','zq-other-commitment','zq-other-coplace','2030-01-01',0,'2026-03-20 12:00:10','in-progress','2025-03-01',3,2);
INSERT INTO "outcomes_commitment" VALUES(5,'ZQHUSH-C1','zq-hush-commitment','zq-hush-coplace','2030-01-01',0,'2026-03-20 12:00:10','in-progress','2025-03-01',4,3);
INSERT INTO "outcomes_commitment" VALUES(6,'DRAFTED-C1','Answers a draft','',NULL,0,'2026-03-20 12:00:10','',NULL,5,NULL);
INSERT INTO "outcomes_commitment" VALUES(7,'ZQEVENT-C2','Asked','',NULL,0,'2026-03-20 12:00:10','',NULL,2,NULL);
INSERT INTO "outcomes_commitment" VALUES(8,'AG-C275','Train officers (275)','','2026-05-01',1,'2026-03-20 12:00:10','',NULL,6,NULL);
INSERT INTO "outcomes_commitment" VALUES(9,'AG-C276','Train officers (276)','','2026-01-01',0,'2026-03-20 12:00:10','planning','2025-03-01',6,7);
INSERT INTO "outcomes_commitment" VALUES(10,'AG-C280','Train officers (280)','','2026-02-01',0,'2026-03-20 12:00:10','in-progress','2025-03-01',6,16);
INSERT INTO "outcomes_commitment" VALUES(11,'AG-C284','Train officers (284)','','2026-03-01',0,'2026-03-20 12:00:10','fulfilled','2025-03-01',6,9);
INSERT INTO "outcomes_commitment" VALUES(12,'AG-C288','Train officers (288)','','2026-04-01',0,'2026-03-20 12:00:10','closed','2025-03-01',6,10);
INSERT INTO "outcomes_commitment" VALUES(13,'AG-C292','Train officers (292)','','2026-05-01',0,'2026-03-20 12:00:10','superseded','2025-03-01',6,11);
INSERT INTO "outcomes_commitment" VALUES(14,'AG-C303','Train officers (303)','',NULL,1,'2026-03-20 12:00:10','',NULL,6,NULL);
INSERT INTO "outcomes_commitment" VALUES(15,'ANS-C1','Train fifty nurses.','',NULL,0,'2026-03-20 12:00:10','',NULL,20,NULL);
INSERT INTO "outcomes_commitment" VALUES(16,'AG-C351','Train officers (351)','','2026-04-01',0,'2026-03-20 12:00:10','',NULL,6,NULL);
INSERT INTO "outcomes_commitment" VALUES(17,'AG-C356','Train officers (356)','','2026-04-01',0,'2026-03-20 12:00:10','',NULL,6,NULL);
INSERT INTO "outcomes_commitment" VALUES(18,'AG-C361','Train officers (361)','','2026-04-01',0,'2026-03-20 12:00:10','',NULL,6,NULL);
INSERT INTO "outcomes_commitment" VALUES(19,'AG-C366','Train officers (366)','','2026-04-01',0,'2026-03-20 12:00:10','',NULL,6,NULL);
CREATE TABLE "outcomes_commitment_outcomes" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "commitment_id" bigint NOT NULL REFERENCES "outcomes_commitment" ("id") DEFERRABLE INITIALLY DEFERRED, "outcome_id" bigint NOT NULL REFERENCES "outcomes_outcome" ("id") DEFERRABLE INITIALLY DEFERRED);
INSERT INTO "outcomes_commitment_outcomes" VALUES(1,1,15);
INSERT INTO "outcomes_commitment_outcomes" VALUES(2,3,17);
INSERT INTO "outcomes_commitment_outcomes" VALUES(3,4,19);
INSERT INTO "outcomes_commitment_outcomes" VALUES(4,5,21);
INSERT INTO "outcomes_commitment_outcomes" VALUES(5,6,23);
INSERT INTO "outcomes_commitment_outcomes" VALUES(6,5,17);
INSERT INTO "outcomes_commitment_outcomes" VALUES(7,3,21);
INSERT INTO "outcomes_commitment_outcomes" VALUES(8,15,69);
CREATE TABLE "outcomes_commitmentparty" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "role" varchar(8) NOT NULL, "focal_point_accepted_at" datetime NULL, "reminders_stopped_at" datetime NULL, "commitment_id" bigint NOT NULL REFERENCES "outcomes_commitment" ("id") DEFERRABLE INITIALLY DEFERRED, "focal_point_id" bigint NULL REFERENCES "participants_delegate" ("id") DEFERRABLE INITIALLY DEFERRED, "group_id" bigint NULL REFERENCES "participants_group" ("id") DEFERRABLE INITIALLY DEFERRED, "organisation_id" bigint NULL REFERENCES "participants_organisation" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "party_is_one_organisation_or_one_group" CHECK ((("group_id" IS NOT NULL AND "organisation_id" IS NULL) OR ("group_id" IS NULL AND "organisation_id" IS NOT NULL))), CONSTRAINT "party_role_valid" CHECK ("role" IN ('lead', 'partner')), CONSTRAINT "party_accepted_has_focal_point" CHECK (("focal_point_accepted_at" IS NULL OR "focal_point_id" IS NOT NULL)));
INSERT INTO "outcomes_commitmentparty" VALUES(1,'lead',NULL,NULL,1,NULL,3,NULL);
INSERT INTO "outcomes_commitmentparty" VALUES(2,'lead',NULL,NULL,2,NULL,NULL,1);
INSERT INTO "outcomes_commitmentparty" VALUES(3,'lead',NULL,NULL,2,NULL,NULL,2);
INSERT INTO "outcomes_commitmentparty" VALUES(4,'lead','2026-03-02 12:00:00',NULL,3,2,NULL,11);
INSERT INTO "outcomes_commitmentparty" VALUES(5,'lead','2026-03-02 12:00:00',NULL,3,3,5,NULL);
INSERT INTO "outcomes_commitmentparty" VALUES(6,'lead',NULL,NULL,4,NULL,NULL,13);
INSERT INTO "outcomes_commitmentparty" VALUES(7,'lead',NULL,NULL,4,NULL,6,NULL);
INSERT INTO "outcomes_commitmentparty" VALUES(8,'lead',NULL,NULL,5,NULL,NULL,15);
INSERT INTO "outcomes_commitmentparty" VALUES(9,'lead',NULL,NULL,5,NULL,7,NULL);
INSERT INTO "outcomes_commitmentparty" VALUES(10,'lead','2026-03-02 12:00:00',NULL,7,18,NULL,67);
INSERT INTO "outcomes_commitmentparty" VALUES(11,'partner',NULL,NULL,9,NULL,NULL,78);
INSERT INTO "outcomes_commitmentparty" VALUES(12,'lead',NULL,NULL,9,NULL,9,NULL);
INSERT INTO "outcomes_commitmentparty" VALUES(13,'partner',NULL,NULL,10,NULL,NULL,79);
INSERT INTO "outcomes_commitmentparty" VALUES(14,'lead',NULL,NULL,10,NULL,10,NULL);
INSERT INTO "outcomes_commitmentparty" VALUES(15,'partner',NULL,NULL,11,NULL,NULL,80);
INSERT INTO "outcomes_commitmentparty" VALUES(16,'lead',NULL,NULL,11,NULL,11,NULL);
INSERT INTO "outcomes_commitmentparty" VALUES(17,'partner',NULL,NULL,12,NULL,NULL,81);
INSERT INTO "outcomes_commitmentparty" VALUES(18,'lead',NULL,NULL,12,NULL,12,NULL);
INSERT INTO "outcomes_commitmentparty" VALUES(19,'partner',NULL,NULL,13,NULL,NULL,82);
INSERT INTO "outcomes_commitmentparty" VALUES(20,'lead',NULL,NULL,13,NULL,13,NULL);
INSERT INTO "outcomes_commitmentparty" VALUES(21,'partner',NULL,NULL,14,NULL,NULL,98);
INSERT INTO "outcomes_commitmentparty" VALUES(22,'lead',NULL,NULL,15,NULL,NULL,98);
INSERT INTO "outcomes_commitmentparty" VALUES(23,'lead',NULL,NULL,16,22,NULL,100);
INSERT INTO "outcomes_commitmentparty" VALUES(24,'lead','2026-03-02 12:00:00',NULL,17,23,NULL,101);
INSERT INTO "outcomes_commitmentparty" VALUES(25,'lead',NULL,NULL,18,NULL,NULL,102);
INSERT INTO "outcomes_commitmentparty" VALUES(26,'lead','2026-03-02 12:00:00','2026-03-20 12:00:10',19,25,NULL,103);
CREATE TABLE "outcomes_corrigendum" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "reason" text NOT NULL, "source" varchar(300) NOT NULL, "hides_previous_text" bool NOT NULL, "state" varchar(10) NOT NULL, "published_at" datetime NULL, "statement_id" bigint NOT NULL REFERENCES "outcomes_statement" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "corrigendum_published_has_date" CHECK ((("published_at" IS NOT NULL AND "state" = 'published') OR (NOT ("state" = 'published') AND "published_at" IS NULL))), CONSTRAINT "corrigendum_state_valid" CHECK ("state" IN ('draft', 'circulated', 'adopted', 'published', 'discarded')));
INSERT INTO "outcomes_corrigendum" VALUES(1,'zq-corrigendum-reason','',0,'draft',NULL,2);
INSERT INTO "outcomes_corrigendum" VALUES(2,'A slip of the pen.','',0,'published','2026-03-20 12:00:10',6);
INSERT INTO "outcomes_corrigendum" VALUES(3,'A slip of the pen.','',0,'draft',NULL,11);
INSERT INTO "outcomes_corrigendum" VALUES(4,'A slip of the pen.','',0,'circulated',NULL,12);
INSERT INTO "outcomes_corrigendum" VALUES(5,'A slip of the pen.','',0,'adopted',NULL,13);
INSERT INTO "outcomes_corrigendum" VALUES(6,'A slip of the pen.','',0,'published','2026-03-20 12:00:10',14);
INSERT INTO "outcomes_corrigendum" VALUES(7,'A slip of the pen.','',0,'discarded',NULL,15);
CREATE TABLE "outcomes_document" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "title" varchar(200) NOT NULL, "publisher" varchar(200) NOT NULL, "url" varchar(200) NOT NULL, "dated_on" date NULL, "event_id" bigint NOT NULL REFERENCES "roundtable_event" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "document_unique" UNIQUE ("event_id", "title"));
INSERT INTO "outcomes_document" VALUES(1,'Working Group on Trafficking in Persons, meeting of 16 May 2018: records the roundtable as a key outcome','Bali Process','',NULL,1);
INSERT INTO "outcomes_document" VALUES(2,'zq-event-document','zq-event-publisher','https://example.org/zq-event-documenturl',NULL,2);
INSERT INTO "outcomes_document" VALUES(3,'zq-other-document','zq-other-publisher','https://example.org/zq-other-documenturl',NULL,3);
INSERT INTO "outcomes_document" VALUES(4,'zq-hush-document','zq-hush-publisher','https://example.org/zq-hush-documenturl',NULL,4);
CREATE TABLE "outcomes_evidence" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "key" varchar(20) NOT NULL UNIQUE, "title" varchar(200) NOT NULL, "url" varchar(200) NOT NULL, "file" varchar(60) NOT NULL, "media_type" varchar(100) NOT NULL, "dated_on" date NULL, "is_public" bool NOT NULL, "update_id" bigint NOT NULL REFERENCES "outcomes_progressupdate" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "evidence_is_one_address_or_one_file" CHECK ((("url" = '' AND NOT ("file" = '')) OR (NOT ("url" = '') AND "file" = ''))));
INSERT INTO "outcomes_evidence" VALUES(1,'mxm383u8zmj4ejcnh9cs','zq-event-evidence','https://example.org/zq-event-evidenceurl','','',NULL,1,1);
INSERT INTO "outcomes_evidence" VALUES(2,'u8akvzpkp49hawn2ukxd','zq-other-evidence','https://example.org/zq-other-evidenceurl','','',NULL,1,2);
INSERT INTO "outcomes_evidence" VALUES(3,'v7srqm7ruc8mgw2v9cs6','zq-hush-evidence','https://example.org/zq-hush-evidenceurl','','',NULL,1,3);
INSERT INTO "outcomes_evidence" VALUES(4,'y52r283j4e3e6vmbkyvm','zq-update-private','https://example.org/zq-update-privateurl','','',NULL,0,1);
INSERT INTO "outcomes_evidence" VALUES(5,'q3wyqm874pxp83npky6s','zq-update-unready','https://example.org/report','','',NULL,1,6);
INSERT INTO "outcomes_evidence" VALUES(6,'244khqs7fsb7jsq3txre','Report','https://example.org/report','','',NULL,1,7);
INSERT INTO "outcomes_evidence" VALUES(7,'tztjh8ac9zddyqxkxmkc','Report','https://example.org/report','','',NULL,1,8);
INSERT INTO "outcomes_evidence" VALUES(8,'pazmfnrbhqxekjtwrhkz','Report','https://example.org/report','','',NULL,1,9);
INSERT INTO "outcomes_evidence" VALUES(9,'epu3f3wmhrwteaw6sw86','Report','https://example.org/report','','',NULL,1,10);
INSERT INTO "outcomes_evidence" VALUES(10,'cky83yuwffexmuhh6r32','Report','https://example.org/report','','',NULL,1,11);
INSERT INTO "outcomes_evidence" VALUES(11,'subka5nyjcspjupbqfsk','Report','','report-draft.pdf','application/pdf',NULL,1,12);
INSERT INTO "outcomes_evidence" VALUES(12,'63favswv2u5dg74ts3fy','Report','','report-submitted.pdf','application/pdf',NULL,1,13);
INSERT INTO "outcomes_evidence" VALUES(13,'rfdk6b98jpazmm9xnux4','Report','','report-change-requested.pdf','application/pdf',NULL,1,14);
INSERT INTO "outcomes_evidence" VALUES(14,'wn64qeseqsrzxbf68qgm','Report','','report-approved.pdf','application/pdf',NULL,1,15);
CREATE TABLE "outcomes_handover" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "suggestion" varchar(300) NOT NULL, "handed_over_at" datetime NOT NULL, "resolved_at" datetime NULL, "party_id" bigint NOT NULL REFERENCES "outcomes_commitmentparty" ("id") DEFERRABLE INITIALLY DEFERRED);
INSERT INTO "outcomes_handover" VALUES(1,'Ask the registry.','2026-03-20 12:00:10',NULL,25);
CREATE TABLE "outcomes_historicalcommitment" ("id" bigint NOT NULL, "reference" varchar(24) NOT NULL, "text" text NOT NULL, "place_in_source" varchar(200) NOT NULL, "due_on" date NULL, "is_open" bool NOT NULL, "recorded_at" datetime NOT NULL, "latest_status" varchar(12) NOT NULL, "latest_reported_on" date NULL, "history_user_id" bigint NULL, "history_id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "history_date" datetime NOT NULL, "history_change_reason" varchar(100) NULL, "history_type" varchar(1) NOT NULL, "event_id" bigint NULL, "latest_update_id" bigint NULL);
INSERT INTO "outcomes_historicalcommitment" VALUES(1,'BP2018-C2','Share contact details to facilitate strengthened connections and relationships and build effective pathways for information and knowledge sharing','point 4.d',NULL,0,'2026-03-20 12:00:10','',NULL,NULL,1,'2026-03-20 12:00:10',NULL,'+',1,NULL);
INSERT INTO "outcomes_historicalcommitment" VALUES(1,'BP2018-C2','Share contact details to facilitate strengthened connections and relationships and build effective pathways for information and knowledge sharing','point 4.d',NULL,0,'2026-03-20 12:00:10','',NULL,NULL,2,'2026-03-20 12:00:10',NULL,'~',1,NULL);
INSERT INTO "outcomes_historicalcommitment" VALUES(2,'BP2018-C1','Follow through on outcomes and recommendations','introduction',NULL,0,'2026-03-20 12:00:10','',NULL,NULL,3,'2026-03-20 12:00:10','','+',1,NULL);
INSERT INTO "outcomes_historicalcommitment" VALUES(3,'ZQEVENT-C1','zq-event-commitment','zq-event-coplace','2030-01-01',0,'2026-03-20 12:00:10','',NULL,NULL,4,'2026-03-20 12:00:10',NULL,'+',2,NULL);
INSERT INTO "outcomes_historicalcommitment" VALUES(3,'ZQEVENT-C1','zq-event-commitment','zq-event-coplace','2030-01-01',0,'2026-03-20 12:00:10','',NULL,NULL,5,'2026-03-20 12:00:10',NULL,'~',2,NULL);
INSERT INTO "outcomes_historicalcommitment" VALUES(3,'ZQEVENT-C1','zq-event-commitment','zq-event-coplace','2030-01-01',0,'2026-03-20 12:00:10','in-progress','2025-03-01',NULL,6,'2026-03-20 12:00:10',NULL,'~',2,1);
INSERT INTO "outcomes_historicalcommitment" VALUES(4,'ZQOTHER-C1','zq-other-commitment','zq-other-coplace','2030-01-01',0,'2026-03-20 12:00:10','',NULL,NULL,7,'2026-03-20 12:00:10',NULL,'+',3,NULL);
INSERT INTO "outcomes_historicalcommitment" VALUES(4,'ZQOTHER-C1','zq-other-commitment','zq-other-coplace','2030-01-01',0,'2026-03-20 12:00:10','',NULL,NULL,8,'2026-03-20 12:00:10',NULL,'~',3,NULL);
INSERT INTO "outcomes_historicalcommitment" VALUES(4,'ZQOTHER-C1','zq-other-commitment','zq-other-coplace','2030-01-01',0,'2026-03-20 12:00:10','in-progress','2025-03-01',NULL,9,'2026-03-20 12:00:10',NULL,'~',3,2);
INSERT INTO "outcomes_historicalcommitment" VALUES(5,'ZQHUSH-C1','zq-hush-commitment','zq-hush-coplace','2030-01-01',0,'2026-03-20 12:00:10','',NULL,NULL,10,'2026-03-20 12:00:10',NULL,'+',4,NULL);
INSERT INTO "outcomes_historicalcommitment" VALUES(5,'ZQHUSH-C1','zq-hush-commitment','zq-hush-coplace','2030-01-01',0,'2026-03-20 12:00:10','',NULL,NULL,11,'2026-03-20 12:00:10',NULL,'~',4,NULL);
INSERT INTO "outcomes_historicalcommitment" VALUES(5,'ZQHUSH-C1','zq-hush-commitment','zq-hush-coplace','2030-01-01',0,'2026-03-20 12:00:10','in-progress','2025-03-01',NULL,12,'2026-03-20 12:00:10',NULL,'~',4,3);
INSERT INTO "outcomes_historicalcommitment" VALUES(3,'ZQEVENT-C1','zq-event-commitment','zq-event-coplace','2030-01-01',0,'2026-03-20 12:00:10','in-progress','2025-03-01',NULL,13,'2026-03-20 12:00:10',NULL,'~',2,1);
INSERT INTO "outcomes_historicalcommitment" VALUES(6,'DRAFTED-C1','Answers a draft','',NULL,0,'2026-03-20 12:00:10','',NULL,NULL,14,'2026-03-20 12:00:10',NULL,'+',5,NULL);
INSERT INTO "outcomes_historicalcommitment" VALUES(6,'DRAFTED-C1','Answers a draft','',NULL,0,'2026-03-20 12:00:10','',NULL,NULL,15,'2026-03-20 12:00:10',NULL,'~',5,NULL);
INSERT INTO "outcomes_historicalcommitment" VALUES(5,'ZQHUSH-C1','zq-hush-commitment','zq-hush-coplace','2030-01-01',0,'2026-03-20 12:00:10','in-progress','2025-03-01',NULL,16,'2026-03-20 12:00:10',NULL,'~',4,3);
INSERT INTO "outcomes_historicalcommitment" VALUES(3,'ZQEVENT-C1','zq-event-commitment','zq-event-coplace','2030-01-01',0,'2026-03-20 12:00:10','in-progress','2025-03-01',NULL,17,'2026-03-20 12:00:10',NULL,'~',2,1);
INSERT INTO "outcomes_historicalcommitment" VALUES(7,'ZQEVENT-C2','Asked','',NULL,0,'2026-03-20 12:00:10','',NULL,NULL,18,'2026-03-20 12:00:10',NULL,'+',2,NULL);
INSERT INTO "outcomes_historicalcommitment" VALUES(8,'AG-C275','Train officers (275)','','2026-05-01',1,'2026-03-20 12:00:10','',NULL,NULL,19,'2026-03-20 12:00:10',NULL,'+',6,NULL);
INSERT INTO "outcomes_historicalcommitment" VALUES(9,'AG-C276','Train officers (276)','','2026-01-01',0,'2026-03-20 12:00:10','',NULL,NULL,20,'2026-03-20 12:00:10',NULL,'+',6,NULL);
INSERT INTO "outcomes_historicalcommitment" VALUES(9,'AG-C276','Train officers (276)','','2026-01-01',0,'2026-03-20 12:00:10','planning','2025-03-01',NULL,21,'2026-03-20 12:00:10',NULL,'~',6,7);
INSERT INTO "outcomes_historicalcommitment" VALUES(10,'AG-C280','Train officers (280)','','2026-02-01',0,'2026-03-20 12:00:10','',NULL,NULL,22,'2026-03-20 12:00:10',NULL,'+',6,NULL);
INSERT INTO "outcomes_historicalcommitment" VALUES(10,'AG-C280','Train officers (280)','','2026-02-01',0,'2026-03-20 12:00:10','in-progress','2025-03-01',NULL,23,'2026-03-20 12:00:10',NULL,'~',6,8);
INSERT INTO "outcomes_historicalcommitment" VALUES(11,'AG-C284','Train officers (284)','','2026-03-01',0,'2026-03-20 12:00:10','',NULL,NULL,24,'2026-03-20 12:00:10',NULL,'+',6,NULL);
INSERT INTO "outcomes_historicalcommitment" VALUES(11,'AG-C284','Train officers (284)','','2026-03-01',0,'2026-03-20 12:00:10','fulfilled','2025-03-01',NULL,25,'2026-03-20 12:00:10',NULL,'~',6,9);
INSERT INTO "outcomes_historicalcommitment" VALUES(12,'AG-C288','Train officers (288)','','2026-04-01',0,'2026-03-20 12:00:10','',NULL,NULL,26,'2026-03-20 12:00:10',NULL,'+',6,NULL);
INSERT INTO "outcomes_historicalcommitment" VALUES(12,'AG-C288','Train officers (288)','','2026-04-01',0,'2026-03-20 12:00:10','closed','2025-03-01',NULL,27,'2026-03-20 12:00:10',NULL,'~',6,10);
INSERT INTO "outcomes_historicalcommitment" VALUES(13,'AG-C292','Train officers (292)','','2026-05-01',0,'2026-03-20 12:00:10','',NULL,NULL,28,'2026-03-20 12:00:10',NULL,'+',6,NULL);
INSERT INTO "outcomes_historicalcommitment" VALUES(13,'AG-C292','Train officers (292)','','2026-05-01',0,'2026-03-20 12:00:10','superseded','2025-03-01',NULL,29,'2026-03-20 12:00:10',NULL,'~',6,11);
INSERT INTO "outcomes_historicalcommitment" VALUES(10,'AG-C280','Train officers (280)','','2026-02-01',0,'2026-03-20 12:00:10','in-progress','2025-03-01',NULL,30,'2026-03-20 12:00:10',NULL,'~',6,8);
INSERT INTO "outcomes_historicalcommitment" VALUES(10,'AG-C280','Train officers (280)','','2026-02-01',0,'2026-03-20 12:00:10','in-progress','2025-03-01',NULL,31,'2026-03-20 12:00:10',NULL,'~',6,15);
INSERT INTO "outcomes_historicalcommitment" VALUES(10,'AG-C280','Train officers (280)','','2026-02-01',0,'2026-03-20 12:00:10','in-progress','2025-03-01',NULL,32,'2026-03-20 12:00:10',NULL,'~',6,16);
INSERT INTO "outcomes_historicalcommitment" VALUES(11,'AG-C284','Train officers (284)','','2026-03-01',0,'2026-03-20 12:00:10','in-progress','2025-03-01',NULL,33,'2026-03-20 12:00:10',NULL,'~',6,17);
INSERT INTO "outcomes_historicalcommitment" VALUES(11,'AG-C284','Train officers (284)','','2026-03-01',0,'2026-03-20 12:00:10','fulfilled','2025-03-01',NULL,34,'2026-03-20 12:00:10',NULL,'~',6,9);
INSERT INTO "outcomes_historicalcommitment" VALUES(14,'AG-C303','Train officers (303)','',NULL,1,'2026-03-20 12:00:10','',NULL,NULL,35,'2026-03-20 12:00:10',NULL,'+',6,NULL);
INSERT INTO "outcomes_historicalcommitment" VALUES(15,'ANS-C1','Train fifty nurses.','',NULL,0,'2026-03-20 12:00:10','',NULL,NULL,36,'2026-03-20 12:00:10',NULL,'+',20,NULL);
INSERT INTO "outcomes_historicalcommitment" VALUES(15,'ANS-C1','Train fifty nurses.','',NULL,0,'2026-03-20 12:00:10','',NULL,NULL,37,'2026-03-20 12:00:10',NULL,'~',20,NULL);
INSERT INTO "outcomes_historicalcommitment" VALUES(16,'AG-C351','Train officers (351)','','2026-04-01',0,'2026-03-20 12:00:10','',NULL,NULL,38,'2026-03-20 12:00:10',NULL,'+',6,NULL);
INSERT INTO "outcomes_historicalcommitment" VALUES(17,'AG-C356','Train officers (356)','','2026-04-01',0,'2026-03-20 12:00:10','',NULL,NULL,39,'2026-03-20 12:00:10',NULL,'+',6,NULL);
INSERT INTO "outcomes_historicalcommitment" VALUES(18,'AG-C361','Train officers (361)','','2026-04-01',0,'2026-03-20 12:00:10','',NULL,NULL,40,'2026-03-20 12:00:10',NULL,'+',6,NULL);
INSERT INTO "outcomes_historicalcommitment" VALUES(19,'AG-C366','Train officers (366)','','2026-04-01',0,'2026-03-20 12:00:10','',NULL,NULL,41,'2026-03-20 12:00:10',NULL,'+',6,NULL);
CREATE TABLE "outcomes_historicalcommitment_outcomes" ("id" bigint NOT NULL, "m2m_history_id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "commitment_id" bigint NULL, "history_id" integer NOT NULL, "outcome_id" bigint NULL);
INSERT INTO "outcomes_historicalcommitment_outcomes" VALUES(1,1,1,2,15);
INSERT INTO "outcomes_historicalcommitment_outcomes" VALUES(2,2,3,5,17);
INSERT INTO "outcomes_historicalcommitment_outcomes" VALUES(2,3,3,6,17);
INSERT INTO "outcomes_historicalcommitment_outcomes" VALUES(3,4,4,8,19);
INSERT INTO "outcomes_historicalcommitment_outcomes" VALUES(3,5,4,9,19);
INSERT INTO "outcomes_historicalcommitment_outcomes" VALUES(4,6,5,11,21);
INSERT INTO "outcomes_historicalcommitment_outcomes" VALUES(4,7,5,12,21);
INSERT INTO "outcomes_historicalcommitment_outcomes" VALUES(2,8,3,13,17);
INSERT INTO "outcomes_historicalcommitment_outcomes" VALUES(5,9,6,15,23);
INSERT INTO "outcomes_historicalcommitment_outcomes" VALUES(6,10,5,16,17);
INSERT INTO "outcomes_historicalcommitment_outcomes" VALUES(4,11,5,16,21);
INSERT INTO "outcomes_historicalcommitment_outcomes" VALUES(2,12,3,17,17);
INSERT INTO "outcomes_historicalcommitment_outcomes" VALUES(7,13,3,17,21);
INSERT INTO "outcomes_historicalcommitment_outcomes" VALUES(8,14,15,37,69);
CREATE TABLE "outcomes_historicalmilestone" ("id" bigint NOT NULL, "title" varchar(200) NOT NULL, "due_on" date NOT NULL, "reached_on" date NULL, "history_user_id" bigint NULL, "history_id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "history_date" datetime NOT NULL, "history_change_reason" varchar(100) NULL, "history_type" varchar(1) NOT NULL, "commitment_id" bigint NULL);
INSERT INTO "outcomes_historicalmilestone" VALUES(1,'zq-event-milestone','2030-01-01',NULL,NULL,1,'2026-03-20 12:00:10',NULL,'+',3);
INSERT INTO "outcomes_historicalmilestone" VALUES(2,'zq-other-milestone','2030-01-01',NULL,NULL,2,'2026-03-20 12:00:10',NULL,'+',4);
INSERT INTO "outcomes_historicalmilestone" VALUES(3,'zq-hush-milestone','2030-01-01',NULL,NULL,3,'2026-03-20 12:00:10',NULL,'+',5);
INSERT INTO "outcomes_historicalmilestone" VALUES(4,'Curriculum is written','2026-05-01','2026-03-01',NULL,4,'2026-03-20 12:00:10',NULL,'+',8);
INSERT INTO "outcomes_historicalmilestone" VALUES(5,'Curriculum is written','2026-05-01',NULL,NULL,5,'2026-03-20 12:00:10',NULL,'+',8);
CREATE TABLE "outcomes_historicaloutcome" ("id" bigint NOT NULL, "position" integer unsigned NOT NULL CHECK ("position" >= 0), "number" varchar(12) NOT NULL, "kind" varchar(16) NOT NULL, "text" text NOT NULL, "place_in_source" varchar(200) NOT NULL, "classified_by_portal" bool NOT NULL, "history_user_id" bigint NULL, "history_id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "history_date" datetime NOT NULL, "history_change_reason" varchar(100) NULL, "history_type" varchar(1) NOT NULL, "parent_id" bigint NULL, "statement_id" bigint NULL);
INSERT INTO "outcomes_historicaloutcome" VALUES(1,1,'1','lead-in','Effective cooperation between governments and CSOs is key to preventing and addressing human trafficking and serious forms of labour exploitation, including the importance of:','before the first list',1,NULL,1,'2026-03-20 12:00:10',NULL,'+',NULL,1);
INSERT INTO "outcomes_historicaloutcome" VALUES(2,1,'1.a','principle','supporting CSOs as an invaluable asset in identification and protection processes and ensuring clear guidelines and operating procedures to clarify roles and responsibilities;','first list, first item',1,NULL,2,'2026-03-20 12:00:10',NULL,'+',1,1);
INSERT INTO "outcomes_historicaloutcome" VALUES(3,2,'1.b','principle','formalising national coordination mechanisms to lay the foundation for effective protection; and','first list, second item',1,NULL,3,'2026-03-20 12:00:10',NULL,'+',1,1);
INSERT INTO "outcomes_historicaloutcome" VALUES(4,3,'1.c','principle','ensuring coordination mechanisms are operationalised through referral pathways, SOPs, regular meetings and evaluations','first list, third item',1,NULL,4,'2026-03-20 12:00:10',NULL,'+',1,1);
INSERT INTO "outcomes_historicaloutcome" VALUES(5,2,'2','lead-in','Referring to the root causes of trafficking and labour exploitation, governments and CSOs can collaborate to:','before the second list',1,NULL,5,'2026-03-20 12:00:10',NULL,'+',NULL,1);
INSERT INTO "outcomes_historicaloutcome" VALUES(6,1,'2.a','recommendation','increase capacity for knowledge building sharing about why people experience human trafficking; and','second list, first item',1,NULL,6,'2026-03-20 12:00:10',NULL,'+',5,1);
INSERT INTO "outcomes_historicaloutcome" VALUES(7,2,'2.b','recommendation','build opportunities to form both formal and informal networks to increase pathways for identification and referrals.','second list, second item',1,NULL,7,'2026-03-20 12:00:10',NULL,'+',5,1);
INSERT INTO "outcomes_historicaloutcome" VALUES(8,3,'3','lead-in','On the challenges of effective collaboration:','before the third list',1,NULL,8,'2026-03-20 12:00:10',NULL,'+',NULL,1);
INSERT INTO "outcomes_historicaloutcome" VALUES(9,1,'3.a','recommendation','Governments play a convening role to bring governments and CSOs together to share information and good practice; and','third list, first item',1,NULL,9,'2026-03-20 12:00:10',NULL,'+',8,1);
INSERT INTO "outcomes_historicaloutcome" VALUES(10,2,'3.b','recommendation','develop a shared understanding of common goals, focused on shared mandates and objectives while recognizing different roles, mandates and priorities.','third list, second item',1,NULL,10,'2026-03-20 12:00:10',NULL,'+',8,1);
INSERT INTO "outcomes_historicaloutcome" VALUES(11,4,'4','lead-in','Examples of good practices includes:','before the fourth list',1,NULL,11,'2026-03-20 12:00:10',NULL,'+',NULL,1);
INSERT INTO "outcomes_historicaloutcome" VALUES(12,1,'4.a','good-practice','Innovative approaches to address shared challenges','fourth list, first item',1,NULL,12,'2026-03-20 12:00:10',NULL,'+',11,1);
INSERT INTO "outcomes_historicaloutcome" VALUES(13,2,'4.b','good-practice','Strong networks','fourth list, second item',1,NULL,13,'2026-03-20 12:00:10',NULL,'+',11,1);
INSERT INTO "outcomes_historicaloutcome" VALUES(14,3,'4.c','good-practice','Recognition of the strengths that CSOs bring to identification and protection.','fourth list, third item',1,NULL,14,'2026-03-20 12:00:10',NULL,'+',11,1);
INSERT INTO "outcomes_historicaloutcome" VALUES(15,4,'4.d','undertaking','Participants agreed to share contact details to facilitate strengthened connections and relationships and build effective pathways for information and knowledge sharing.','fourth list, fourth item',1,NULL,15,'2026-03-20 12:00:10',NULL,'+',11,1);
INSERT INTO "outcomes_historicaloutcome" VALUES(16,0,'','lead-in','zq-event-leadin','',1,NULL,16,'2026-03-20 12:00:10',NULL,'~',NULL,2);
INSERT INTO "outcomes_historicaloutcome" VALUES(17,0,'','recommendation','zq-event-point','zq-event-place',1,NULL,17,'2026-03-20 12:00:10',NULL,'+',16,2);
INSERT INTO "outcomes_historicaloutcome" VALUES(17,0,'','recommendation','zq-event-point','zq-event-place',1,NULL,18,'2026-03-20 12:00:10',NULL,'~',16,2);
INSERT INTO "outcomes_historicaloutcome" VALUES(16,0,'1','lead-in','zq-event-leadin','',1,NULL,19,'2026-03-20 12:00:10',NULL,'~',NULL,2);
INSERT INTO "outcomes_historicaloutcome" VALUES(17,0,'1.a','recommendation','zq-event-point','zq-event-place',1,NULL,20,'2026-03-20 12:00:10',NULL,'~',16,2);
INSERT INTO "outcomes_historicaloutcome" VALUES(18,0,'','lead-in','zq-other-leadin','',1,NULL,21,'2026-03-20 12:00:10',NULL,'~',NULL,3);
INSERT INTO "outcomes_historicaloutcome" VALUES(19,0,'','recommendation','zq-other-point','zq-other-place',1,NULL,22,'2026-03-20 12:00:10',NULL,'+',18,3);
INSERT INTO "outcomes_historicaloutcome" VALUES(19,0,'','recommendation','zq-other-point','zq-other-place',1,NULL,23,'2026-03-20 12:00:10',NULL,'~',18,3);
INSERT INTO "outcomes_historicaloutcome" VALUES(18,0,'1','lead-in','zq-other-leadin','',1,NULL,24,'2026-03-20 12:00:10',NULL,'~',NULL,3);
INSERT INTO "outcomes_historicaloutcome" VALUES(19,0,'1.a','recommendation','zq-other-point','zq-other-place',1,NULL,25,'2026-03-20 12:00:10',NULL,'~',18,3);
INSERT INTO "outcomes_historicaloutcome" VALUES(20,0,'','lead-in','zq-hush-leadin','',1,NULL,26,'2026-03-20 12:00:10',NULL,'~',NULL,4);
INSERT INTO "outcomes_historicaloutcome" VALUES(21,0,'','recommendation','zq-hush-point','zq-hush-place',1,NULL,27,'2026-03-20 12:00:10',NULL,'+',20,4);
INSERT INTO "outcomes_historicaloutcome" VALUES(21,0,'','recommendation','zq-hush-point','zq-hush-place',1,NULL,28,'2026-03-20 12:00:10',NULL,'~',20,4);
INSERT INTO "outcomes_historicaloutcome" VALUES(20,0,'1','lead-in','zq-hush-leadin','',1,NULL,29,'2026-03-20 12:00:10',NULL,'~',NULL,4);
INSERT INTO "outcomes_historicaloutcome" VALUES(21,0,'1.a','recommendation','zq-hush-point','zq-hush-place',1,NULL,30,'2026-03-20 12:00:10',NULL,'~',20,4);
INSERT INTO "outcomes_historicaloutcome" VALUES(22,0,'','lead-in','zq-draft-leadin','',1,NULL,31,'2026-03-20 12:00:10',NULL,'~',NULL,5);
INSERT INTO "outcomes_historicaloutcome" VALUES(23,0,'','recommendation','zq-draft-point','zq-draft-place',1,NULL,32,'2026-03-20 12:00:10',NULL,'+',22,5);
INSERT INTO "outcomes_historicaloutcome" VALUES(23,0,'','recommendation','zq-draft-point','zq-draft-place',1,NULL,33,'2026-03-20 12:00:10',NULL,'~',22,5);
INSERT INTO "outcomes_historicaloutcome" VALUES(25,1,'','recommendation','protect those who were trafficked','',1,NULL,34,'2026-03-20 12:00:10',NULL,'+',24,6);
INSERT INTO "outcomes_historicaloutcome" VALUES(26,2,'','recommendation','share what works','',1,NULL,35,'2026-03-20 12:00:10',NULL,'+',24,6);
INSERT INTO "outcomes_historicaloutcome" VALUES(24,0,'1','lead-in','Participants agreed to:','',1,NULL,36,'2026-03-20 12:00:10',NULL,'~',NULL,6);
INSERT INTO "outcomes_historicaloutcome" VALUES(25,1,'1.a','recommendation','protect those who were trafficked','',1,NULL,37,'2026-03-20 12:00:10',NULL,'~',24,6);
INSERT INTO "outcomes_historicaloutcome" VALUES(26,2,'1.b','recommendation','share what works','',1,NULL,38,'2026-03-20 12:00:10',NULL,'~',24,6);
INSERT INTO "outcomes_historicaloutcome" VALUES(25,1,'1.a','recommendation','protect those who were, or may be, trafficked','',1,NULL,39,'2026-03-20 12:00:10',NULL,'~',24,6);
INSERT INTO "outcomes_historicaloutcome" VALUES(28,1,'','recommendation','share what works (229)','',1,NULL,40,'2026-03-20 12:00:10',NULL,'+',27,7);
INSERT INTO "outcomes_historicaloutcome" VALUES(30,1,'','recommendation','share what works (232)','',1,NULL,41,'2026-03-20 12:00:10',NULL,'+',29,8);
INSERT INTO "outcomes_historicaloutcome" VALUES(55,4,'','principle','share what works (271)','',1,NULL,42,'2026-03-20 12:00:10',NULL,'+',52,16);
INSERT INTO "outcomes_historicaloutcome" VALUES(56,5,'','recommendation','share what works (272)','',1,NULL,43,'2026-03-20 12:00:10',NULL,'+',52,16);
INSERT INTO "outcomes_historicaloutcome" VALUES(57,6,'','good-practice','share what works (273)','',1,NULL,44,'2026-03-20 12:00:10',NULL,'+',52,16);
INSERT INTO "outcomes_historicaloutcome" VALUES(58,7,'','undertaking','share what works (274)','',1,NULL,45,'2026-03-20 12:00:10',NULL,'+',52,16);
INSERT INTO "outcomes_historicaloutcome" VALUES(52,0,'1','lead-in','Participants agreed to:','',1,NULL,46,'2026-03-20 12:00:10',NULL,'~',NULL,16);
INSERT INTO "outcomes_historicaloutcome" VALUES(53,1,'1.a','recommendation','share what works (269)','',1,NULL,47,'2026-03-20 12:00:10',NULL,'~',52,16);
INSERT INTO "outcomes_historicaloutcome" VALUES(54,2,'1.b','recommendation','share what works (270)','',1,NULL,48,'2026-03-20 12:00:10',NULL,'~',52,16);
INSERT INTO "outcomes_historicaloutcome" VALUES(55,4,'1.c','principle','share what works (271)','',1,NULL,49,'2026-03-20 12:00:10',NULL,'~',52,16);
INSERT INTO "outcomes_historicaloutcome" VALUES(56,5,'1.d','recommendation','share what works (272)','',1,NULL,50,'2026-03-20 12:00:10',NULL,'~',52,16);
INSERT INTO "outcomes_historicaloutcome" VALUES(57,6,'1.e','good-practice','share what works (273)','',1,NULL,51,'2026-03-20 12:00:10',NULL,'~',52,16);
INSERT INTO "outcomes_historicaloutcome" VALUES(58,7,'1.f','undertaking','share what works (274)','',1,NULL,52,'2026-03-20 12:00:10',NULL,'~',52,16);
INSERT INTO "outcomes_historicaloutcome" VALUES(60,1,'1.a','recommendation','share what works (306)','',1,NULL,53,'2026-03-20 12:00:10',NULL,'~',59,17);
INSERT INTO "outcomes_historicaloutcome" VALUES(63,1,'1.a','recommendation','share what works (312)','',1,NULL,54,'2026-03-20 12:00:10',NULL,'~',62,18);
INSERT INTO "outcomes_historicaloutcome" VALUES(66,1,'1.a','recommendation','share what works (318)','',1,NULL,55,'2026-03-20 12:00:10',NULL,'~',65,19);
INSERT INTO "outcomes_historicaloutcome" VALUES(69,1,'1.a','recommendation','share what works (334)','',1,NULL,56,'2026-03-20 12:00:10',NULL,'~',68,20);
CREATE TABLE "outcomes_historicaloutcome_themes" ("id" bigint NOT NULL, "m2m_history_id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "history_id" integer NOT NULL, "outcome_id" bigint NULL, "theme_id" bigint NULL);
INSERT INTO "outcomes_historicaloutcome_themes" VALUES(1,1,18,17,1);
INSERT INTO "outcomes_historicaloutcome_themes" VALUES(1,2,20,17,1);
INSERT INTO "outcomes_historicaloutcome_themes" VALUES(2,3,23,19,1);
INSERT INTO "outcomes_historicaloutcome_themes" VALUES(2,4,25,19,1);
INSERT INTO "outcomes_historicaloutcome_themes" VALUES(3,5,28,21,1);
INSERT INTO "outcomes_historicaloutcome_themes" VALUES(3,6,30,21,1);
INSERT INTO "outcomes_historicaloutcome_themes" VALUES(4,7,33,23,1);
CREATE TABLE "outcomes_historicalstatement" ("id" bigint NOT NULL, "language" varchar(7) NOT NULL, "title" varchar(200) NOT NULL, "introduction" text NOT NULL, "source_title" varchar(300) NOT NULL, "source_url" varchar(200) NOT NULL, "source_retrieved_on" date NULL, "state" varchar(10) NOT NULL, "adoption" varchar(10) NOT NULL, "published_at" datetime NULL, "history_user_id" bigint NULL, "history_id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "history_date" datetime NOT NULL, "history_change_reason" varchar(100) NULL, "history_type" varchar(1) NOT NULL, "event_id" bigint NULL);
INSERT INTO "outcomes_historicalstatement" VALUES(1,'en','Outcomes agreed by participants','On 14 – 15 May 2018 Australian Red Cross and the IFRC, with the Australian and Indonesian governments, co-hosted the first regional Government and Civil Society Roundtable as part of the State-led Bali Process. Representatives from six National Societies (Australian Red Cross, Bangladesh Red Crescent, Maldivian Red Crescent, Nepal Red Cross, Pakistan Red Crescent, and Philippine Red Cross), ICRC and IFRC were joined by representatives from 13 governments and national and regional Civil Society Organisations (CSOs) and international agencies. The meeting was a significant success, with strong engagement between RCRC Movement partners and governments, and a commitment made by the Bali Process co-Chairs, namely the governments of Australia and Indonesia, to follow through on outcomes and recommendations.

After the end of two days of engaging and frank discussion, it was agreed by participants that:','Page published by the hosts','',NULL,'draft','source',NULL,NULL,1,'2026-03-20 12:00:10',NULL,'+',1);
INSERT INTO "outcomes_historicalstatement" VALUES(1,'en','Outcomes agreed by participants','On 14 – 15 May 2018 Australian Red Cross and the IFRC, with the Australian and Indonesian governments, co-hosted the first regional Government and Civil Society Roundtable as part of the State-led Bali Process. Representatives from six National Societies (Australian Red Cross, Bangladesh Red Crescent, Maldivian Red Crescent, Nepal Red Cross, Pakistan Red Crescent, and Philippine Red Cross), ICRC and IFRC were joined by representatives from 13 governments and national and regional Civil Society Organisations (CSOs) and international agencies. The meeting was a significant success, with strong engagement between RCRC Movement partners and governments, and a commitment made by the Bali Process co-Chairs, namely the governments of Australia and Indonesia, to follow through on outcomes and recommendations.

After the end of two days of engaging and frank discussion, it was agreed by participants that:','Page published by the hosts','',NULL,'published','source','2026-03-20 12:00:10',NULL,2,'2026-03-20 12:00:10',NULL,'~',1);
INSERT INTO "outcomes_historicalstatement" VALUES(2,'en','zq-event-statement','zq-event-introduction','zq-event-stsource','',NULL,'draft','source',NULL,NULL,3,'2026-03-20 12:00:10',NULL,'+',2);
INSERT INTO "outcomes_historicalstatement" VALUES(2,'en','zq-event-statement','zq-event-introduction','zq-event-stsource','',NULL,'published','source','2026-03-02 12:00:00',NULL,4,'2026-03-20 12:00:10',NULL,'~',2);
INSERT INTO "outcomes_historicalstatement" VALUES(3,'en','zq-other-statement','zq-other-introduction','zq-other-stsource','',NULL,'draft','source',NULL,NULL,5,'2026-03-20 12:00:10',NULL,'+',3);
INSERT INTO "outcomes_historicalstatement" VALUES(3,'en','zq-other-statement','zq-other-introduction','zq-other-stsource','',NULL,'published','source','2026-03-02 12:00:00',NULL,6,'2026-03-20 12:00:10',NULL,'~',3);
INSERT INTO "outcomes_historicalstatement" VALUES(4,'en','zq-hush-statement','zq-hush-introduction','zq-hush-stsource','',NULL,'draft','source',NULL,NULL,7,'2026-03-20 12:00:10',NULL,'+',4);
INSERT INTO "outcomes_historicalstatement" VALUES(4,'en','zq-hush-statement','zq-hush-introduction','zq-hush-stsource','',NULL,'published','source','2026-03-02 12:00:00',NULL,8,'2026-03-20 12:00:10',NULL,'~',4);
INSERT INTO "outcomes_historicalstatement" VALUES(5,'en','zq-draft-statement','zq-draft-introduction','zq-draft-stsource','',NULL,'draft','source',NULL,NULL,9,'2026-03-20 12:00:10',NULL,'+',5);
INSERT INTO "outcomes_historicalstatement" VALUES(6,'en','Outcome statement','We met in Bali.','','',NULL,'draft','source',NULL,NULL,10,'2026-03-20 12:00:10',NULL,'+',6);
INSERT INTO "outcomes_historicalstatement" VALUES(6,'en','Outcome statement','We met in Bali.','','',NULL,'circulated','source',NULL,NULL,11,'2026-03-20 12:00:10',NULL,'~',6);
INSERT INTO "outcomes_historicalstatement" VALUES(6,'en','Outcome statement','We met in Bali.','','',NULL,'adopted','signed',NULL,NULL,12,'2026-03-20 12:00:10',NULL,'~',6);
INSERT INTO "outcomes_historicalstatement" VALUES(6,'en','Outcome statement','We met in Bali.','','',NULL,'published','signed','2026-03-09 13:00:00',NULL,13,'2026-03-20 12:00:10',NULL,'~',6);
INSERT INTO "outcomes_historicalstatement" VALUES(7,'en','Outcome statement','','','',NULL,'draft','source',NULL,NULL,14,'2026-03-20 12:00:10',NULL,'+',7);
INSERT INTO "outcomes_historicalstatement" VALUES(7,'en','Outcome statement','','','',NULL,'circulated','source',NULL,NULL,15,'2026-03-20 12:00:10',NULL,'~',7);
INSERT INTO "outcomes_historicalstatement" VALUES(8,'en','Outcome statement','','','',NULL,'draft','source',NULL,NULL,16,'2026-03-20 12:00:10',NULL,'+',8);
INSERT INTO "outcomes_historicalstatement" VALUES(8,'en','Outcome statement','','','',NULL,'circulated','source',NULL,NULL,17,'2026-03-20 12:00:10',NULL,'~',8);
INSERT INTO "outcomes_historicalstatement" VALUES(8,'en','Outcome statement','','','',NULL,'adopted','signed',NULL,NULL,18,'2026-03-20 12:00:10',NULL,'~',8);
INSERT INTO "outcomes_historicalstatement" VALUES(9,'en','Outcome statement','','','',NULL,'draft','source',NULL,NULL,19,'2026-03-20 12:00:10',NULL,'+',9);
INSERT INTO "outcomes_historicalstatement" VALUES(10,'en','Outcome statement','','','',NULL,'draft','source',NULL,NULL,20,'2026-03-20 12:00:10',NULL,'+',10);
INSERT INTO "outcomes_historicalstatement" VALUES(11,'en','Outcome statement','','','',NULL,'draft','source',NULL,NULL,21,'2026-03-20 12:00:10',NULL,'+',11);
INSERT INTO "outcomes_historicalstatement" VALUES(11,'en','Outcome statement','','','',NULL,'published','source','2026-03-02 12:00:00',NULL,22,'2026-03-20 12:00:10',NULL,'~',11);
INSERT INTO "outcomes_historicalstatement" VALUES(12,'en','Outcome statement','','','',NULL,'draft','source',NULL,NULL,23,'2026-03-20 12:00:10',NULL,'+',12);
INSERT INTO "outcomes_historicalstatement" VALUES(12,'en','Outcome statement','','','',NULL,'published','source','2026-03-02 12:00:00',NULL,24,'2026-03-20 12:00:10',NULL,'~',12);
INSERT INTO "outcomes_historicalstatement" VALUES(13,'en','Outcome statement','','','',NULL,'draft','source',NULL,NULL,25,'2026-03-20 12:00:10',NULL,'+',13);
INSERT INTO "outcomes_historicalstatement" VALUES(13,'en','Outcome statement','','','',NULL,'published','source','2026-03-02 12:00:00',NULL,26,'2026-03-20 12:00:10',NULL,'~',13);
INSERT INTO "outcomes_historicalstatement" VALUES(14,'en','Outcome statement','','','',NULL,'draft','source',NULL,NULL,27,'2026-03-20 12:00:10',NULL,'+',14);
INSERT INTO "outcomes_historicalstatement" VALUES(14,'en','Outcome statement','','','',NULL,'published','source','2026-03-02 12:00:00',NULL,28,'2026-03-20 12:00:10',NULL,'~',14);
INSERT INTO "outcomes_historicalstatement" VALUES(15,'en','Outcome statement','','','',NULL,'draft','source',NULL,NULL,29,'2026-03-20 12:00:10',NULL,'+',15);
INSERT INTO "outcomes_historicalstatement" VALUES(15,'en','Outcome statement','','','',NULL,'published','source','2026-03-02 12:00:00',NULL,30,'2026-03-20 12:00:10',NULL,'~',15);
INSERT INTO "outcomes_historicalstatement" VALUES(16,'en','Outcome statement','','','',NULL,'draft','source',NULL,NULL,31,'2026-03-20 12:00:10',NULL,'+',16);
INSERT INTO "outcomes_historicalstatement" VALUES(16,'en','Outcome statement','','','',NULL,'published','source','2026-03-20 12:00:10',NULL,32,'2026-03-20 12:00:10',NULL,'~',16);
INSERT INTO "outcomes_historicalstatement" VALUES(17,'en','Outcome statement','','','',NULL,'draft','source',NULL,NULL,33,'2026-03-20 12:00:10',NULL,'+',17);
INSERT INTO "outcomes_historicalstatement" VALUES(17,'en','Outcome statement','','','',NULL,'published','source','2026-03-02 12:00:00',NULL,34,'2026-03-20 12:00:10',NULL,'~',17);
INSERT INTO "outcomes_historicalstatement" VALUES(18,'en','Outcome statement','','','',NULL,'draft','source',NULL,NULL,35,'2026-03-20 12:00:10',NULL,'+',18);
INSERT INTO "outcomes_historicalstatement" VALUES(18,'en','Outcome statement','','','',NULL,'published','source','2026-03-02 12:00:00',NULL,36,'2026-03-20 12:00:10',NULL,'~',18);
INSERT INTO "outcomes_historicalstatement" VALUES(19,'en','Outcome statement','','','',NULL,'draft','source',NULL,NULL,37,'2026-03-20 12:00:10',NULL,'+',19);
INSERT INTO "outcomes_historicalstatement" VALUES(19,'en','Outcome statement','','','',NULL,'published','source','2026-03-02 12:00:00',NULL,38,'2026-03-20 12:00:10',NULL,'~',19);
INSERT INTO "outcomes_historicalstatement" VALUES(20,'en','Outcome statement','','','',NULL,'draft','source',NULL,NULL,39,'2026-03-20 12:00:10',NULL,'+',20);
INSERT INTO "outcomes_historicalstatement" VALUES(20,'en','Outcome statement','','','',NULL,'published','source','2026-03-02 12:00:00',NULL,40,'2026-03-20 12:00:10',NULL,'~',20);
CREATE TABLE "outcomes_milestone" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "title" varchar(200) NOT NULL, "due_on" date NOT NULL, "reached_on" date NULL, "commitment_id" bigint NOT NULL REFERENCES "outcomes_commitment" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "milestone_has_title" CHECK (NOT ("title" = '')));
INSERT INTO "outcomes_milestone" VALUES(1,'zq-event-milestone','2030-01-01',NULL,3);
INSERT INTO "outcomes_milestone" VALUES(2,'zq-other-milestone','2030-01-01',NULL,4);
INSERT INTO "outcomes_milestone" VALUES(3,'zq-hush-milestone','2030-01-01',NULL,5);
INSERT INTO "outcomes_milestone" VALUES(4,'Curriculum is written','2026-05-01','2026-03-01',8);
INSERT INTO "outcomes_milestone" VALUES(5,'Curriculum is written','2026-05-01',NULL,8);
CREATE TABLE "outcomes_offer" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "state" varchar(16) NOT NULL, "has_no_personal_details" bool NOT NULL, "submitted_at" datetime NULL, "note" text NOT NULL, "approved_at" datetime NULL, "revision" integer unsigned NOT NULL CHECK ("revision" >= 0), "text" text NOT NULL, "due_on" date NULL, "is_open" bool NOT NULL, "approved_by_id" bigint NULL REFERENCES "participants_user" ("id") DEFERRABLE INITIALLY DEFERRED, "author_id" bigint NULL REFERENCES "participants_user" ("id") DEFERRABLE INITIALLY DEFERRED, "commitment_id" bigint NULL REFERENCES "outcomes_commitment" ("id") DEFERRABLE INITIALLY DEFERRED, "organisation_id" bigint NOT NULL REFERENCES "participants_organisation" ("id") DEFERRABLE INITIALLY DEFERRED, "outcome_id" bigint NULL REFERENCES "outcomes_outcome" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "offer_approved_has_decider_and_date" CHECK ((("approved_at" IS NOT NULL AND "approved_by_id" IS NOT NULL AND "state" = 'approved') OR (NOT ("state" = 'approved') AND "approved_at" IS NULL AND "approved_by_id" IS NULL))), CONSTRAINT "offer_state_valid" CHECK ("state" IN ('draft', 'submitted', 'change-requested', 'approved')), CONSTRAINT "offer_submitted_without_personal_details" CHECK (("state" = 'draft' OR ("has_no_personal_details" AND "submitted_at" IS NOT NULL))), CONSTRAINT "offer_change_requested_has_note" CHECK ((NOT ("state" = 'change-requested') OR NOT ("note" = ''))), CONSTRAINT "offer_of_something_new_or_to_join" CHECK (("outcome_id" IS NOT NULL OR "commitment_id" IS NOT NULL)), CONSTRAINT "offer_approved_has_commitment" CHECK ((NOT ("state" = 'approved') OR "commitment_id" IS NOT NULL)), CONSTRAINT "offer_has_text" CHECK (NOT ("text" = '')));
INSERT INTO "outcomes_offer" VALUES(1,'draft',1,NULL,'',NULL,0,'Train fifty nurses.',NULL,0,NULL,NULL,14,92,NULL);
INSERT INTO "outcomes_offer" VALUES(2,'draft',1,NULL,'',NULL,0,'Train fifty nurses.',NULL,0,NULL,NULL,NULL,92,69);
INSERT INTO "outcomes_offer" VALUES(3,'submitted',1,'2026-03-20 12:00:10','',NULL,1,'Train fifty nurses.',NULL,0,NULL,NULL,14,94,NULL);
INSERT INTO "outcomes_offer" VALUES(4,'submitted',1,'2026-03-20 12:00:10','',NULL,1,'Train fifty nurses.',NULL,0,NULL,NULL,NULL,94,69);
INSERT INTO "outcomes_offer" VALUES(5,'change-requested',1,'2026-03-20 12:00:10','Say by when.',NULL,2,'Train fifty nurses.',NULL,0,NULL,NULL,14,96,NULL);
INSERT INTO "outcomes_offer" VALUES(6,'change-requested',1,'2026-03-20 12:00:10','Say by when.',NULL,2,'Train fifty nurses.',NULL,0,NULL,NULL,NULL,96,69);
INSERT INTO "outcomes_offer" VALUES(7,'approved',1,'2026-03-20 12:00:10','','2026-03-20 12:00:10',2,'Train fifty nurses.',NULL,0,65,NULL,14,98,NULL);
INSERT INTO "outcomes_offer" VALUES(8,'approved',1,'2026-03-20 12:00:10','','2026-03-20 12:00:10',2,'Train fifty nurses.',NULL,0,66,NULL,15,98,69);
CREATE TABLE "outcomes_offeredmilestone" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "title" varchar(200) NOT NULL, "due_on" date NOT NULL, "offer_id" bigint NOT NULL REFERENCES "outcomes_offer" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "offered_milestone_has_title" CHECK (NOT ("title" = '')));
INSERT INTO "outcomes_offeredmilestone" VALUES(1,'Find a room','2026-06-01',1);
INSERT INTO "outcomes_offeredmilestone" VALUES(2,'Find a room','2026-06-01',3);
INSERT INTO "outcomes_offeredmilestone" VALUES(3,'Find a room','2026-06-01',5);
INSERT INTO "outcomes_offeredmilestone" VALUES(4,'Find a room','2026-06-01',7);
CREATE TABLE "outcomes_outcome" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "position" integer unsigned NOT NULL CHECK ("position" >= 0), "number" varchar(12) NOT NULL, "kind" varchar(16) NOT NULL, "text" text NOT NULL, "place_in_source" varchar(200) NOT NULL, "classified_by_portal" bool NOT NULL, "statement_id" bigint NOT NULL REFERENCES "outcomes_statement" ("id") DEFERRABLE INITIALLY DEFERRED, "parent_id" bigint NULL REFERENCES "outcomes_outcome" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "outcome_lead_ins_have_no_parent" CHECK ((("kind" = 'lead-in' AND "parent_id" IS NULL) OR ("parent_id" IS NOT NULL AND NOT ("kind" = 'lead-in')))), CONSTRAINT "outcome_has_text" CHECK (NOT ("text" = '')), CONSTRAINT "outcome_kind_valid" CHECK ("kind" IN ('lead-in', 'principle', 'recommendation', 'good-practice', 'undertaking')));
INSERT INTO "outcomes_outcome" VALUES(1,1,'1','lead-in','Effective cooperation between governments and CSOs is key to preventing and addressing human trafficking and serious forms of labour exploitation, including the importance of:','before the first list',1,1,NULL);
INSERT INTO "outcomes_outcome" VALUES(2,1,'1.a','principle','supporting CSOs as an invaluable asset in identification and protection processes and ensuring clear guidelines and operating procedures to clarify roles and responsibilities;','first list, first item',1,1,1);
INSERT INTO "outcomes_outcome" VALUES(3,2,'1.b','principle','formalising national coordination mechanisms to lay the foundation for effective protection; and','first list, second item',1,1,1);
INSERT INTO "outcomes_outcome" VALUES(4,3,'1.c','principle','ensuring coordination mechanisms are operationalised through referral pathways, SOPs, regular meetings and evaluations','first list, third item',1,1,1);
INSERT INTO "outcomes_outcome" VALUES(5,2,'2','lead-in','Referring to the root causes of trafficking and labour exploitation, governments and CSOs can collaborate to:','before the second list',1,1,NULL);
INSERT INTO "outcomes_outcome" VALUES(6,1,'2.a','recommendation','increase capacity for knowledge building sharing about why people experience human trafficking; and','second list, first item',1,1,5);
INSERT INTO "outcomes_outcome" VALUES(7,2,'2.b','recommendation','build opportunities to form both formal and informal networks to increase pathways for identification and referrals.','second list, second item',1,1,5);
INSERT INTO "outcomes_outcome" VALUES(8,3,'3','lead-in','On the challenges of effective collaboration:','before the third list',1,1,NULL);
INSERT INTO "outcomes_outcome" VALUES(9,1,'3.a','recommendation','Governments play a convening role to bring governments and CSOs together to share information and good practice; and','third list, first item',1,1,8);
INSERT INTO "outcomes_outcome" VALUES(10,2,'3.b','recommendation','develop a shared understanding of common goals, focused on shared mandates and objectives while recognizing different roles, mandates and priorities.','third list, second item',1,1,8);
INSERT INTO "outcomes_outcome" VALUES(11,4,'4','lead-in','Examples of good practices includes:','before the fourth list',1,1,NULL);
INSERT INTO "outcomes_outcome" VALUES(12,1,'4.a','good-practice','Innovative approaches to address shared challenges','fourth list, first item',1,1,11);
INSERT INTO "outcomes_outcome" VALUES(13,2,'4.b','good-practice','Strong networks','fourth list, second item',1,1,11);
INSERT INTO "outcomes_outcome" VALUES(14,3,'4.c','good-practice','Recognition of the strengths that CSOs bring to identification and protection.','fourth list, third item',1,1,11);
INSERT INTO "outcomes_outcome" VALUES(15,4,'4.d','undertaking','Participants agreed to share contact details to facilitate strengthened connections and relationships and build effective pathways for information and knowledge sharing.','fourth list, fourth item',1,1,11);
INSERT INTO "outcomes_outcome" VALUES(16,0,'1','lead-in','zq-event-leadin','',1,2,NULL);
INSERT INTO "outcomes_outcome" VALUES(17,0,'1.a','recommendation','zq-event-point','zq-event-place',1,2,16);
INSERT INTO "outcomes_outcome" VALUES(18,0,'1','lead-in','zq-other-leadin','',1,3,NULL);
INSERT INTO "outcomes_outcome" VALUES(19,0,'1.a','recommendation','zq-other-point','zq-other-place',1,3,18);
INSERT INTO "outcomes_outcome" VALUES(20,0,'1','lead-in','zq-hush-leadin','',1,4,NULL);
INSERT INTO "outcomes_outcome" VALUES(21,0,'1.a','recommendation','zq-hush-point','zq-hush-place',1,4,20);
INSERT INTO "outcomes_outcome" VALUES(22,0,'','lead-in','zq-draft-leadin','',1,5,NULL);
INSERT INTO "outcomes_outcome" VALUES(23,0,'','recommendation','zq-draft-point','zq-draft-place',1,5,22);
INSERT INTO "outcomes_outcome" VALUES(24,0,'1','lead-in','Participants agreed to:','',1,6,NULL);
INSERT INTO "outcomes_outcome" VALUES(25,1,'1.a','recommendation','protect those who were, or may be, trafficked','',1,6,24);
INSERT INTO "outcomes_outcome" VALUES(26,2,'1.b','recommendation','share what works','',1,6,24);
INSERT INTO "outcomes_outcome" VALUES(27,0,'','lead-in','Participants agreed to:','',1,7,NULL);
INSERT INTO "outcomes_outcome" VALUES(28,1,'','recommendation','share what works (229)','',1,7,27);
INSERT INTO "outcomes_outcome" VALUES(29,0,'','lead-in','Participants agreed to:','',1,8,NULL);
INSERT INTO "outcomes_outcome" VALUES(30,1,'','recommendation','share what works (232)','',1,8,29);
INSERT INTO "outcomes_outcome" VALUES(31,0,'','lead-in','Participants agreed to:','',1,9,NULL);
INSERT INTO "outcomes_outcome" VALUES(32,1,'','recommendation','share what works (235)','',1,9,31);
INSERT INTO "outcomes_outcome" VALUES(33,2,'','recommendation','share what works (236)','',1,9,31);
INSERT INTO "outcomes_outcome" VALUES(34,0,'','lead-in','Participants agreed to:','',1,10,NULL);
INSERT INTO "outcomes_outcome" VALUES(35,1,'','recommendation','share what works (239)','',1,10,34);
INSERT INTO "outcomes_outcome" VALUES(36,2,'','recommendation','share what works (240)','',1,10,34);
INSERT INTO "outcomes_outcome" VALUES(37,0,'1','lead-in','Participants agreed to:','',1,11,NULL);
INSERT INTO "outcomes_outcome" VALUES(38,1,'1.a','recommendation','share what works (249)','',1,11,37);
INSERT INTO "outcomes_outcome" VALUES(39,2,'1.b','recommendation','share what works (250)','',1,11,37);
INSERT INTO "outcomes_outcome" VALUES(40,0,'1','lead-in','Participants agreed to:','',1,12,NULL);
INSERT INTO "outcomes_outcome" VALUES(41,1,'1.a','recommendation','share what works (253)','',1,12,40);
INSERT INTO "outcomes_outcome" VALUES(42,2,'1.b','recommendation','share what works (254)','',1,12,40);
INSERT INTO "outcomes_outcome" VALUES(43,0,'1','lead-in','Participants agreed to:','',1,13,NULL);
INSERT INTO "outcomes_outcome" VALUES(44,1,'1.a','recommendation','share what works (257)','',1,13,43);
INSERT INTO "outcomes_outcome" VALUES(45,2,'1.b','recommendation','share what works (258)','',1,13,43);
INSERT INTO "outcomes_outcome" VALUES(46,0,'1','lead-in','Participants agreed to:','',1,14,NULL);
INSERT INTO "outcomes_outcome" VALUES(47,1,'1.a','recommendation','share what works (261)','',1,14,46);
INSERT INTO "outcomes_outcome" VALUES(48,2,'1.b','recommendation','share what works (262)','',1,14,46);
INSERT INTO "outcomes_outcome" VALUES(49,0,'1','lead-in','Participants agreed to:','',1,15,NULL);
INSERT INTO "outcomes_outcome" VALUES(50,1,'1.a','recommendation','share what works (265)','',1,15,49);
INSERT INTO "outcomes_outcome" VALUES(51,2,'1.b','recommendation','share what works (266)','',1,15,49);
INSERT INTO "outcomes_outcome" VALUES(52,0,'1','lead-in','Participants agreed to:','',1,16,NULL);
INSERT INTO "outcomes_outcome" VALUES(53,1,'1.a','recommendation','share what works (269)','',1,16,52);
INSERT INTO "outcomes_outcome" VALUES(54,2,'1.b','recommendation','share what works (270)','',1,16,52);
INSERT INTO "outcomes_outcome" VALUES(55,4,'1.c','principle','share what works (271)','',1,16,52);
INSERT INTO "outcomes_outcome" VALUES(56,5,'1.d','recommendation','share what works (272)','',1,16,52);
INSERT INTO "outcomes_outcome" VALUES(57,6,'1.e','good-practice','share what works (273)','',1,16,52);
INSERT INTO "outcomes_outcome" VALUES(58,7,'1.f','undertaking','share what works (274)','',1,16,52);
INSERT INTO "outcomes_outcome" VALUES(59,0,'1','lead-in','Participants agreed to:','',1,17,NULL);
INSERT INTO "outcomes_outcome" VALUES(60,1,'1.a','recommendation','share what works (306)','',1,17,59);
INSERT INTO "outcomes_outcome" VALUES(61,2,'1.b','recommendation','share what works (307)','',1,17,59);
INSERT INTO "outcomes_outcome" VALUES(62,0,'1','lead-in','Participants agreed to:','',1,18,NULL);
INSERT INTO "outcomes_outcome" VALUES(63,1,'1.a','recommendation','share what works (312)','',1,18,62);
INSERT INTO "outcomes_outcome" VALUES(64,2,'1.b','recommendation','share what works (313)','',1,18,62);
INSERT INTO "outcomes_outcome" VALUES(65,0,'1','lead-in','Participants agreed to:','',1,19,NULL);
INSERT INTO "outcomes_outcome" VALUES(66,1,'1.a','recommendation','share what works (318)','',1,19,65);
INSERT INTO "outcomes_outcome" VALUES(67,2,'1.b','recommendation','share what works (319)','',1,19,65);
INSERT INTO "outcomes_outcome" VALUES(68,0,'1','lead-in','Participants agreed to:','',1,20,NULL);
INSERT INTO "outcomes_outcome" VALUES(69,1,'1.a','recommendation','share what works (334)','',1,20,68);
INSERT INTO "outcomes_outcome" VALUES(70,2,'1.b','recommendation','share what works (335)','',1,20,68);
CREATE TABLE "outcomes_outcome_themes" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "outcome_id" bigint NOT NULL REFERENCES "outcomes_outcome" ("id") DEFERRABLE INITIALLY DEFERRED, "theme_id" bigint NOT NULL REFERENCES "outcomes_theme" ("id") DEFERRABLE INITIALLY DEFERRED);
INSERT INTO "outcomes_outcome_themes" VALUES(1,17,1);
INSERT INTO "outcomes_outcome_themes" VALUES(2,19,1);
INSERT INTO "outcomes_outcome_themes" VALUES(3,21,1);
INSERT INTO "outcomes_outcome_themes" VALUES(4,23,1);
CREATE TABLE "outcomes_outcomeaddressee" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "group_id" bigint NULL REFERENCES "participants_group" ("id") DEFERRABLE INITIALLY DEFERRED, "organisation_id" bigint NULL REFERENCES "participants_organisation" ("id") DEFERRABLE INITIALLY DEFERRED, "outcome_id" bigint NOT NULL REFERENCES "outcomes_outcome" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "addressee_is_one_organisation_or_one_group" CHECK ((("group_id" IS NOT NULL AND "organisation_id" IS NULL) OR ("group_id" IS NULL AND "organisation_id" IS NOT NULL))));
INSERT INTO "outcomes_outcomeaddressee" VALUES(1,1,NULL,2);
INSERT INTO "outcomes_outcomeaddressee" VALUES(2,2,NULL,2);
INSERT INTO "outcomes_outcomeaddressee" VALUES(3,1,NULL,3);
INSERT INTO "outcomes_outcomeaddressee" VALUES(4,2,NULL,3);
INSERT INTO "outcomes_outcomeaddressee" VALUES(5,1,NULL,4);
INSERT INTO "outcomes_outcomeaddressee" VALUES(6,2,NULL,4);
INSERT INTO "outcomes_outcomeaddressee" VALUES(7,1,NULL,6);
INSERT INTO "outcomes_outcomeaddressee" VALUES(8,2,NULL,6);
INSERT INTO "outcomes_outcomeaddressee" VALUES(9,1,NULL,7);
INSERT INTO "outcomes_outcomeaddressee" VALUES(10,2,NULL,7);
INSERT INTO "outcomes_outcomeaddressee" VALUES(11,1,NULL,9);
INSERT INTO "outcomes_outcomeaddressee" VALUES(12,1,NULL,10);
INSERT INTO "outcomes_outcomeaddressee" VALUES(13,3,NULL,15);
INSERT INTO "outcomes_outcomeaddressee" VALUES(14,5,NULL,17);
INSERT INTO "outcomes_outcomeaddressee" VALUES(15,NULL,11,17);
INSERT INTO "outcomes_outcomeaddressee" VALUES(16,6,NULL,19);
INSERT INTO "outcomes_outcomeaddressee" VALUES(17,NULL,13,19);
INSERT INTO "outcomes_outcomeaddressee" VALUES(18,7,NULL,21);
INSERT INTO "outcomes_outcomeaddressee" VALUES(19,NULL,15,21);
INSERT INTO "outcomes_outcomeaddressee" VALUES(20,8,NULL,23);
INSERT INTO "outcomes_outcomeaddressee" VALUES(21,NULL,83,60);
INSERT INTO "outcomes_outcomeaddressee" VALUES(22,NULL,84,63);
INSERT INTO "outcomes_outcomeaddressee" VALUES(23,NULL,85,66);
INSERT INTO "outcomes_outcomeaddressee" VALUES(24,NULL,91,69);
INSERT INTO "outcomes_outcomeaddressee" VALUES(25,NULL,92,69);
INSERT INTO "outcomes_outcomeaddressee" VALUES(26,NULL,94,69);
INSERT INTO "outcomes_outcomeaddressee" VALUES(27,NULL,96,69);
INSERT INTO "outcomes_outcomeaddressee" VALUES(28,NULL,98,69);
CREATE TABLE "outcomes_progressupdate" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "state" varchar(16) NOT NULL, "has_no_personal_details" bool NOT NULL, "submitted_at" datetime NULL, "note" text NOT NULL, "approved_at" datetime NULL, "revision" integer unsigned NOT NULL CHECK ("revision" >= 0), "reported_on" date NOT NULL, "recorded_at" datetime NOT NULL, "status" varchar(12) NOT NULL, "completion" smallint unsigned NULL CHECK ("completion" >= 0), "is_unchanged" bool NOT NULL, "text" text NOT NULL, "obstacles" text NOT NULL, "next_steps" text NOT NULL, "reason" text NOT NULL, "source" varchar(500) NOT NULL, "approved_by_id" bigint NULL REFERENCES "participants_user" ("id") DEFERRABLE INITIALLY DEFERRED, "author_id" bigint NULL REFERENCES "participants_user" ("id") DEFERRABLE INITIALLY DEFERRED, "commitment_id" bigint NOT NULL REFERENCES "outcomes_commitment" ("id") DEFERRABLE INITIALLY DEFERRED, "party_id" bigint NOT NULL REFERENCES "outcomes_commitmentparty" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "progressupdate_approved_has_decider_and_date" CHECK ((("approved_at" IS NOT NULL AND "approved_by_id" IS NOT NULL AND "state" = 'approved') OR (NOT ("state" = 'approved') AND "approved_at" IS NULL AND "approved_by_id" IS NULL))), CONSTRAINT "progressupdate_state_valid" CHECK ("state" IN ('draft', 'submitted', 'change-requested', 'approved')), CONSTRAINT "progressupdate_submitted_without_personal_details" CHECK (("state" = 'draft' OR ("has_no_personal_details" AND "submitted_at" IS NOT NULL))), CONSTRAINT "progressupdate_change_requested_has_note" CHECK ((NOT ("state" = 'change-requested') OR NOT ("note" = ''))), CONSTRAINT "update_status_valid" CHECK (("status" IN ('planning', 'in-progress', 'fulfilled', 'closed', 'superseded') OR ("state" = 'draft' AND "status" = ''))), CONSTRAINT "update_completion_valid" CHECK (("completion" IS NULL OR "completion" IN (0, 25, 50, 75, 100))), CONSTRAINT "update_has_text" CHECK (("state" = 'draft' OR "is_unchanged" OR NOT ("text" = ''))), CONSTRAINT "update_end_has_source" CHECK (("state" = 'draft' OR NOT ("status" IN ('fulfilled', 'closed', 'superseded')) OR NOT ("source" = ''))), CONSTRAINT "update_end_has_reason" CHECK (("state" = 'draft' OR NOT ("status" IN ('closed', 'superseded')) OR NOT ("reason" = ''))));
INSERT INTO "outcomes_progressupdate" VALUES(1,'approved',1,'2026-03-02 12:00:00','','2026-03-02 12:00:00',1,'2025-03-01','2026-03-20 12:00:10','in-progress',NULL,0,'zq-event-update','zq-event-obstacles','zq-event-next','zq-event-reason','zq-event-upsource',1,NULL,3,4);
INSERT INTO "outcomes_progressupdate" VALUES(2,'approved',1,'2026-03-02 12:00:00','','2026-03-02 12:00:00',1,'2025-03-01','2026-03-20 12:00:10','in-progress',NULL,0,'zq-other-update','zq-other-obstacles','zq-other-next','zq-other-reason','zq-other-upsource',4,NULL,4,6);
INSERT INTO "outcomes_progressupdate" VALUES(3,'approved',1,'2026-03-02 12:00:00','','2026-03-02 12:00:00',1,'2025-03-01','2026-03-20 12:00:10','in-progress',NULL,0,'zq-hush-update','zq-hush-obstacles','zq-hush-next','zq-hush-reason','zq-hush-upsource',7,NULL,5,8);
INSERT INTO "outcomes_progressupdate" VALUES(4,'draft',1,NULL,'',NULL,0,'2026-01-01','2026-03-20 12:00:10','fulfilled',NULL,0,'zq-update-draft','','','The law changed.','https://example.org/report',NULL,NULL,3,4);
INSERT INTO "outcomes_progressupdate" VALUES(5,'submitted',1,'2026-03-02 12:00:00','',NULL,1,'2026-01-01','2026-03-20 12:00:10','fulfilled',NULL,0,'zq-update-submitted','','','The law changed.','https://example.org/report',NULL,NULL,3,4);
INSERT INTO "outcomes_progressupdate" VALUES(6,'change-requested',1,'2026-03-02 12:00:00','zq-update-note',NULL,2,'2026-01-01','2026-03-20 12:00:10','fulfilled',NULL,0,'zq-update-changerequested','','','The law changed.','https://example.org/report',NULL,NULL,3,4);
INSERT INTO "outcomes_progressupdate" VALUES(7,'approved',1,'2026-03-02 12:00:00','','2026-03-02 12:00:00',1,'2025-03-01','2026-03-20 12:00:10','planning',0,0,'Two courses were held.','','','','',44,NULL,9,12);
INSERT INTO "outcomes_progressupdate" VALUES(8,'approved',1,'2026-03-02 12:00:00','','2026-03-02 12:00:00',1,'2025-03-01','2026-03-20 12:00:10','in-progress',25,0,'Two courses were held.','','','','',45,NULL,10,14);
INSERT INTO "outcomes_progressupdate" VALUES(9,'approved',1,'2026-03-02 12:00:00','','2026-03-02 12:00:00',1,'2025-03-01','2026-03-20 12:00:10','fulfilled',50,0,'Two courses were held.','','','The law changed.','https://example.org/report',46,NULL,11,16);
INSERT INTO "outcomes_progressupdate" VALUES(10,'approved',1,'2026-03-02 12:00:00','','2026-03-02 12:00:00',1,'2025-03-01','2026-03-20 12:00:10','closed',75,0,'Two courses were held.','','','The law changed.','https://example.org/report',47,NULL,12,18);
INSERT INTO "outcomes_progressupdate" VALUES(11,'approved',1,'2026-03-02 12:00:00','','2026-03-02 12:00:00',1,'2025-03-01','2026-03-20 12:00:10','superseded',100,0,'Two courses were held.','','','The law changed.','https://example.org/report',48,NULL,13,20);
INSERT INTO "outcomes_progressupdate" VALUES(12,'draft',1,NULL,'',NULL,0,'2025-03-01','2026-03-20 12:00:10','in-progress',NULL,0,'Two courses were held.','','','','',NULL,49,10,14);
INSERT INTO "outcomes_progressupdate" VALUES(13,'submitted',1,'2026-03-20 12:00:10','',NULL,1,'2025-03-01','2026-03-20 12:00:10','in-progress',NULL,0,'Two courses were held.','','','','',NULL,50,10,14);
INSERT INTO "outcomes_progressupdate" VALUES(14,'change-requested',1,'2026-03-20 12:00:10','Name the course.',NULL,2,'2025-03-01','2026-03-20 12:00:10','in-progress',NULL,0,'Two courses were held.','','','','',NULL,51,10,14);
INSERT INTO "outcomes_progressupdate" VALUES(15,'approved',1,'2026-03-20 12:00:10','','2026-03-20 12:00:10',2,'2025-03-01','2026-03-20 12:00:10','in-progress',NULL,0,'Two courses were held.','','','','',53,52,10,14);
INSERT INTO "outcomes_progressupdate" VALUES(16,'approved',1,'2026-03-02 12:00:00','','2026-03-02 12:00:00',1,'2025-03-01','2026-03-20 12:00:10','in-progress',NULL,1,'Nothing new.','','','','',54,NULL,10,14);
CREATE TABLE "outcomes_relatedtext" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "kind" varchar(14) NOT NULL, "title" varchar(300) NOT NULL, "url" varchar(500) NOT NULL, "quote" text NOT NULL, "source" varchar(300) NOT NULL, "commitment_id" bigint NULL REFERENCES "outcomes_commitment" ("id") DEFERRABLE INITIALLY DEFERRED, "outcome_id" bigint NULL REFERENCES "outcomes_outcome" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "related_text_of_one_point_or_one_commitment" CHECK ((("commitment_id" IS NOT NULL AND "outcome_id" IS NULL) OR ("commitment_id" IS NULL AND "outcome_id" IS NOT NULL))), CONSTRAINT "related_text_kind_valid" CHECK ("kind" IN ('derives-from', 'implements', 'restates', 'reports-on', 'superseded-by')), CONSTRAINT "related_text_is_whole" CHECK ((NOT ("title" = '') AND NOT ("url" = '') AND NOT ("quote" = '') AND NOT ("source" = ''))));
INSERT INTO "outcomes_relatedtext" VALUES(1,'implements','zq-event-related','https://example.org/zq-event-relatedurl','zq-event-relatedquote','zq-event-relatedsource',3,NULL);
INSERT INTO "outcomes_relatedtext" VALUES(2,'implements','zq-other-related','https://example.org/zq-other-relatedurl','zq-other-relatedquote','zq-other-relatedsource',4,NULL);
INSERT INTO "outcomes_relatedtext" VALUES(3,'implements','zq-hush-related','https://example.org/zq-hush-relatedurl','zq-hush-relatedquote','zq-hush-relatedsource',5,NULL);
INSERT INTO "outcomes_relatedtext" VALUES(4,'derives-from','A plan','https://example.org/plan','Courses for nurses','this portal',8,NULL);
INSERT INTO "outcomes_relatedtext" VALUES(5,'implements','A plan','https://example.org/plan','Courses for nurses','this portal',8,NULL);
INSERT INTO "outcomes_relatedtext" VALUES(6,'restates','A plan','https://example.org/plan','Courses for nurses','this portal',8,NULL);
INSERT INTO "outcomes_relatedtext" VALUES(7,'reports-on','A plan','https://example.org/plan','Courses for nurses','this portal',8,NULL);
INSERT INTO "outcomes_relatedtext" VALUES(8,'superseded-by','A plan','https://example.org/plan','Courses for nurses','this portal',8,NULL);
INSERT INTO "outcomes_relatedtext" VALUES(9,'implements','A plan','https://example.org/plan','Courses for nurses','this portal',NULL,53);
CREATE TABLE "outcomes_reminder" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "due_on" date NOT NULL, "kind" varchar(6) NOT NULL, "sent_on" date NOT NULL, "party_id" bigint NOT NULL REFERENCES "outcomes_commitmentparty" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "reminder_unique" UNIQUE ("party_id", "due_on", "kind"), CONSTRAINT "reminder_kind_valid" CHECK ("kind" IN ('before', 'due', 'after')));
INSERT INTO "outcomes_reminder" VALUES(1,'2026-04-01','before','2026-03-02',24);
INSERT INTO "outcomes_reminder" VALUES(2,'2026-04-01','due','2026-03-02',24);
INSERT INTO "outcomes_reminder" VALUES(3,'2026-04-01','after','2026-03-02',24);
INSERT INTO "outcomes_reminder" VALUES(7,'2026-04-01','before','2026-03-02',26);
INSERT INTO "outcomes_reminder" VALUES(8,'2026-04-01','due','2026-03-02',26);
INSERT INTO "outcomes_reminder" VALUES(9,'2026-04-01','after','2026-03-02',26);
CREATE TABLE "outcomes_reportinground" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "title" varchar(200) NOT NULL, "due_on" date NOT NULL, "opened_at" datetime NOT NULL, "event_id" bigint NOT NULL REFERENCES "roundtable_event" ("id") DEFERRABLE INITIALLY DEFERRED, "opened_by_id" bigint NULL REFERENCES "participants_user" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "round_has_title" CHECK (NOT ("title" = '')));
INSERT INTO "outcomes_reportinground" VALUES(1,'Before the ministerial conference','2026-06-01','2026-03-02 12:00:00',6,NULL);
INSERT INTO "outcomes_reportinground" VALUES(2,'Before the ministerial conference','2026-06-01','2026-03-02 12:00:00',6,NULL);
INSERT INTO "outcomes_reportinground" VALUES(3,'Before the ministerial conference','2026-06-01','2026-03-02 12:00:00',6,NULL);
INSERT INTO "outcomes_reportinground" VALUES(4,'Before the ministerial conference','2026-06-01','2026-03-02 12:00:00',6,NULL);
CREATE TABLE "outcomes_reportlink" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "created_at" datetime NOT NULL, "expires_at" datetime NOT NULL, "revoked_at" datetime NULL, "delegate_id" bigint NOT NULL REFERENCES "participants_delegate" ("id") DEFERRABLE INITIALLY DEFERRED, "party_id" bigint NOT NULL REFERENCES "outcomes_commitmentparty" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "report_link_ends_after_it_begins" CHECK ("expires_at" > ("created_at")));
INSERT INTO "outcomes_reportlink" VALUES(1,'2026-03-20 12:00:10','2026-04-19 12:00:10',NULL,23,24);
INSERT INTO "outcomes_reportlink" VALUES(2,'2026-03-02 12:00:00','2026-04-01 12:00:00','2026-03-20 12:00:10',23,24);
INSERT INTO "outcomes_reportlink" VALUES(3,'2026-03-20 12:00:10','2026-04-19 12:00:10','2026-03-20 12:00:10',24,25);
INSERT INTO "outcomes_reportlink" VALUES(4,'2026-03-02 12:00:00','2026-04-01 12:00:00','2026-03-20 12:00:10',24,25);
INSERT INTO "outcomes_reportlink" VALUES(5,'2026-03-20 12:00:10','2026-04-19 12:00:10',NULL,25,26);
INSERT INTO "outcomes_reportlink" VALUES(6,'2026-03-02 12:00:00','2026-04-01 12:00:00','2026-03-20 12:00:10',25,26);
CREATE TABLE "outcomes_response" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "state" varchar(16) NOT NULL, "has_no_personal_details" bool NOT NULL, "submitted_at" datetime NULL, "note" text NOT NULL, "approved_at" datetime NULL, "revision" integer unsigned NOT NULL CHECK ("revision" >= 0), "stance" varchar(10) NOT NULL, "text" text NOT NULL, "answered_on" date NOT NULL, "source" varchar(500) NOT NULL, "approved_by_id" bigint NULL REFERENCES "participants_user" ("id") DEFERRABLE INITIALLY DEFERRED, "author_id" bigint NULL REFERENCES "participants_user" ("id") DEFERRABLE INITIALLY DEFERRED, "organisation_id" bigint NOT NULL REFERENCES "participants_organisation" ("id") DEFERRABLE INITIALLY DEFERRED, "outcome_id" bigint NOT NULL REFERENCES "outcomes_outcome" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "response_approved_has_decider_and_date" CHECK ((("approved_at" IS NOT NULL AND "approved_by_id" IS NOT NULL AND "state" = 'approved') OR (NOT ("state" = 'approved') AND "approved_at" IS NULL AND "approved_by_id" IS NULL))), CONSTRAINT "response_state_valid" CHECK ("state" IN ('draft', 'submitted', 'change-requested', 'approved')), CONSTRAINT "response_submitted_without_personal_details" CHECK (("state" = 'draft' OR ("has_no_personal_details" AND "submitted_at" IS NOT NULL))), CONSTRAINT "response_change_requested_has_note" CHECK ((NOT ("state" = 'change-requested') OR NOT ("note" = ''))), CONSTRAINT "response_stance_valid" CHECK ("stance" IN ('supported', 'in-part', 'noted')));
INSERT INTO "outcomes_response" VALUES(1,'approved',1,'2026-03-02 12:00:00','','2026-03-02 12:00:00',1,'supported','zq-event-response','2025-04-01','',2,NULL,11,17);
INSERT INTO "outcomes_response" VALUES(2,'approved',1,'2026-03-02 12:00:00','','2026-03-02 12:00:00',1,'supported','zq-other-response','2025-04-01','',5,NULL,13,19);
INSERT INTO "outcomes_response" VALUES(3,'approved',1,'2026-03-02 12:00:00','','2026-03-02 12:00:00',1,'supported','zq-hush-response','2025-04-01','',8,NULL,15,21);
INSERT INTO "outcomes_response" VALUES(4,'draft',1,NULL,'',NULL,0,'supported','zq-response-draft','2025-04-01','',NULL,NULL,11,17);
INSERT INTO "outcomes_response" VALUES(5,'submitted',1,'2026-03-02 12:00:00','',NULL,1,'supported','zq-response-submitted','2025-04-01','',NULL,NULL,11,17);
INSERT INTO "outcomes_response" VALUES(6,'approved',1,'2026-03-02 12:00:00','','2026-03-02 12:00:00',1,'supported','We will change the law.','2025-04-01','',56,NULL,83,60);
INSERT INTO "outcomes_response" VALUES(7,'approved',1,'2026-03-02 12:00:00','','2026-03-02 12:00:00',1,'in-part','We will change the law.','2025-04-01','',57,NULL,84,63);
INSERT INTO "outcomes_response" VALUES(8,'approved',1,'2026-03-02 12:00:00','','2026-03-02 12:00:00',1,'noted','We will change the law.','2025-04-01','',58,NULL,85,66);
INSERT INTO "outcomes_response" VALUES(9,'draft',1,NULL,'',NULL,0,'supported','We will change the law.','2025-04-01','',NULL,NULL,92,69);
INSERT INTO "outcomes_response" VALUES(10,'submitted',1,'2026-03-20 12:00:10','',NULL,1,'supported','We will change the law.','2025-04-01','',NULL,NULL,94,69);
INSERT INTO "outcomes_response" VALUES(11,'change-requested',1,'2026-03-20 12:00:10','Say by when.',NULL,2,'supported','We will change the law.','2025-04-01','',NULL,NULL,96,69);
INSERT INTO "outcomes_response" VALUES(12,'approved',1,'2026-03-20 12:00:10','','2026-03-20 12:00:10',2,'supported','We will change the law.','2025-04-01','',64,NULL,98,69);
CREATE TABLE "outcomes_rewording" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "before" text NOT NULL, "after" text NOT NULL, "corrigendum_id" bigint NOT NULL REFERENCES "outcomes_corrigendum" ("id") DEFERRABLE INITIALLY DEFERRED, "outcome_id" bigint NULL REFERENCES "outcomes_outcome" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "rewording_changes_text" CHECK (NOT ("before" = ("after"))));
INSERT INTO "outcomes_rewording" VALUES(1,'zq-event-point','zq-corrigendum-after',1,17);
INSERT INTO "outcomes_rewording" VALUES(2,'protect those who were trafficked','protect those who were, or may be, trafficked',2,25);
INSERT INTO "outcomes_rewording" VALUES(3,'share what works (249)','other words',3,38);
INSERT INTO "outcomes_rewording" VALUES(4,'share what works (253)','other words',4,41);
INSERT INTO "outcomes_rewording" VALUES(5,'share what works (257)','other words',5,44);
INSERT INTO "outcomes_rewording" VALUES(6,'share what works (261)','other words',6,47);
INSERT INTO "outcomes_rewording" VALUES(7,'share what works (265)','other words',7,50);
CREATE TABLE "outcomes_roundrequest" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "reminded_at" datetime NULL, "party_id" bigint NOT NULL REFERENCES "outcomes_commitmentparty" ("id") DEFERRABLE INITIALLY DEFERRED, "round_id" bigint NOT NULL REFERENCES "outcomes_reportinground" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "round_request_unique_per_party" UNIQUE ("round_id", "party_id"));
INSERT INTO "outcomes_roundrequest" VALUES(1,'2026-03-20 12:00:10',24,1);
INSERT INTO "outcomes_roundrequest" VALUES(2,NULL,25,2);
INSERT INTO "outcomes_roundrequest" VALUES(3,NULL,26,3);
CREATE TABLE "outcomes_signoff" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "sha256" varchar(64) NOT NULL, "signed_at" datetime NULL, "organisation_id" bigint NOT NULL REFERENCES "participants_organisation" ("id") DEFERRABLE INITIALLY DEFERRED, "signer_id" bigint NULL REFERENCES "participants_user" ("id") DEFERRABLE INITIALLY DEFERRED, "version_id" bigint NOT NULL REFERENCES "outcomes_statementversion" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "sign_off_unique_per_cochair" UNIQUE ("version_id", "organisation_id"), CONSTRAINT "sign_off_has_text_and_date" CHECK ((("sha256" = '' AND "signed_at" IS NULL) OR (NOT ("sha256" = '') AND "signed_at" IS NOT NULL))));
INSERT INTO "outcomes_signoff" VALUES(1,'105a32b95b1793426c56c393f39836a73c011a352eb2474b90757132398ad76b','2026-03-09 13:00:00',72,38,7);
INSERT INTO "outcomes_signoff" VALUES(2,'105a32b95b1793426c56c393f39836a73c011a352eb2474b90757132398ad76b','2026-03-09 13:00:00',71,37,7);
INSERT INTO "outcomes_signoff" VALUES(3,'d050846f23e3b799be9447fb2a92e9b2c284a5eb465cae6119a383db63b434cb','2026-03-12 13:00:00',72,38,8);
INSERT INTO "outcomes_signoff" VALUES(4,'d050846f23e3b799be9447fb2a92e9b2c284a5eb465cae6119a383db63b434cb','2026-03-12 13:00:00',71,37,8);
INSERT INTO "outcomes_signoff" VALUES(5,'',NULL,72,NULL,9);
INSERT INTO "outcomes_signoff" VALUES(6,'',NULL,71,NULL,9);
INSERT INTO "outcomes_signoff" VALUES(7,'a159f60284d2af632c19d03a8419faa03fd8420f819fc9960ea0063c82d95e26','2026-03-09 13:00:00',72,38,10);
INSERT INTO "outcomes_signoff" VALUES(8,'a159f60284d2af632c19d03a8419faa03fd8420f819fc9960ea0063c82d95e26','2026-03-09 13:00:00',71,37,10);
CREATE TABLE "outcomes_statement" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "language" varchar(7) NOT NULL, "title" varchar(200) NOT NULL, "introduction" text NOT NULL, "source_title" varchar(300) NOT NULL, "source_url" varchar(200) NOT NULL, "source_retrieved_on" date NULL, "state" varchar(10) NOT NULL, "adoption" varchar(10) NOT NULL, "published_at" datetime NULL, "event_id" bigint NOT NULL UNIQUE REFERENCES "roundtable_event" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "statement_published_has_date" CHECK ((("published_at" IS NOT NULL AND "state" = 'published') OR (NOT ("state" = 'published') AND "published_at" IS NULL))), CONSTRAINT "statement_state_valid" CHECK ("state" IN ('draft', 'circulated', 'adopted', 'published')), CONSTRAINT "statement_adoption_valid" CHECK ("adoption" IN ('source', 'signed')), CONSTRAINT "statement_adopted_here_is_signed" CHECK ((NOT ("state" = 'adopted') OR "adoption" = 'signed')));
INSERT INTO "outcomes_statement" VALUES(1,'en','Outcomes agreed by participants','On 14 – 15 May 2018 Australian Red Cross and the IFRC, with the Australian and Indonesian governments, co-hosted the first regional Government and Civil Society Roundtable as part of the State-led Bali Process. Representatives from six National Societies (Australian Red Cross, Bangladesh Red Crescent, Maldivian Red Crescent, Nepal Red Cross, Pakistan Red Crescent, and Philippine Red Cross), ICRC and IFRC were joined by representatives from 13 governments and national and regional Civil Society Organisations (CSOs) and international agencies. The meeting was a significant success, with strong engagement between RCRC Movement partners and governments, and a commitment made by the Bali Process co-Chairs, namely the governments of Australia and Indonesia, to follow through on outcomes and recommendations.

After the end of two days of engaging and frank discussion, it was agreed by participants that:','Page published by the hosts','',NULL,'published','source','2026-03-20 12:00:10',1);
INSERT INTO "outcomes_statement" VALUES(2,'en','zq-event-statement','zq-event-introduction','zq-event-stsource','',NULL,'published','source','2026-03-02 12:00:00',2);
INSERT INTO "outcomes_statement" VALUES(3,'en','zq-other-statement','zq-other-introduction','zq-other-stsource','',NULL,'published','source','2026-03-02 12:00:00',3);
INSERT INTO "outcomes_statement" VALUES(4,'en','zq-hush-statement','zq-hush-introduction','zq-hush-stsource','',NULL,'published','source','2026-03-02 12:00:00',4);
INSERT INTO "outcomes_statement" VALUES(5,'en','zq-draft-statement','zq-draft-introduction','zq-draft-stsource','',NULL,'draft','source',NULL,5);
INSERT INTO "outcomes_statement" VALUES(6,'en','Outcome statement','We met in Bali.','','',NULL,'published','signed','2026-03-09 13:00:00',6);
INSERT INTO "outcomes_statement" VALUES(7,'en','Outcome statement','','','',NULL,'circulated','source',NULL,7);
INSERT INTO "outcomes_statement" VALUES(8,'en','Outcome statement','','','',NULL,'adopted','signed',NULL,8);
INSERT INTO "outcomes_statement" VALUES(9,'en','Outcome statement','','','',NULL,'draft','source',NULL,9);
INSERT INTO "outcomes_statement" VALUES(10,'en','Outcome statement','','','',NULL,'draft','source',NULL,10);
INSERT INTO "outcomes_statement" VALUES(11,'en','Outcome statement','','','',NULL,'published','source','2026-03-02 12:00:00',11);
INSERT INTO "outcomes_statement" VALUES(12,'en','Outcome statement','','','',NULL,'published','source','2026-03-02 12:00:00',12);
INSERT INTO "outcomes_statement" VALUES(13,'en','Outcome statement','','','',NULL,'published','source','2026-03-02 12:00:00',13);
INSERT INTO "outcomes_statement" VALUES(14,'en','Outcome statement','','','',NULL,'published','source','2026-03-02 12:00:00',14);
INSERT INTO "outcomes_statement" VALUES(15,'en','Outcome statement','','','',NULL,'published','source','2026-03-02 12:00:00',15);
INSERT INTO "outcomes_statement" VALUES(16,'en','Outcome statement','','','',NULL,'published','source','2026-03-20 12:00:10',16);
INSERT INTO "outcomes_statement" VALUES(17,'en','Outcome statement','','','',NULL,'published','source','2026-03-02 12:00:00',17);
INSERT INTO "outcomes_statement" VALUES(18,'en','Outcome statement','','','',NULL,'published','source','2026-03-02 12:00:00',18);
INSERT INTO "outcomes_statement" VALUES(19,'en','Outcome statement','','','',NULL,'published','source','2026-03-02 12:00:00',19);
INSERT INTO "outcomes_statement" VALUES(20,'en','Outcome statement','','','',NULL,'published','source','2026-03-02 12:00:00',20);
CREATE TABLE "outcomes_statementversion" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "number" integer unsigned NOT NULL CHECK ("number" >= 0), "text" text NOT NULL, "sha256" varchar(64) NOT NULL, "created_at" datetime NOT NULL, "published_at" datetime NULL, "corrigendum_id" bigint NULL REFERENCES "outcomes_corrigendum" ("id") DEFERRABLE INITIALLY DEFERRED, "statement_id" bigint NOT NULL REFERENCES "outcomes_statement" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "statement_version_number_unique" UNIQUE ("statement_id", "number"), CONSTRAINT "statement_version_has_text" CHECK (NOT ("text" = '')));
INSERT INTO "outcomes_statementversion" VALUES(1,1,'Outcomes agreed by participants
BP2018, en

        On 14 – 15 May 2018 Australian Red Cross and the IFRC, with the Australian and Indonesian governments, co-hosted the first regional Government and Civil Society Roundtable as part of the State-led Bali Process. Representatives from six National Societies (Australian Red Cross, Bangladesh Red Crescent, Maldivian Red Crescent, Nepal Red Cross, Pakistan Red Crescent, and Philippine Red Cross), ICRC and IFRC were joined by representatives from 13 governments and national and regional Civil Society Organisations (CSOs) and international agencies. The meeting was a significant success, with strong engagement between RCRC Movement partners and governments, and a commitment made by the Bali Process co-Chairs, namely the governments of Australia and Indonesia, to follow through on outcomes and recommendations.

        After the end of two days of engaging and frank discussion, it was agreed by participants that:

1       Effective cooperation between governments and CSOs is key to preventing and addressing human trafficking and serious forms of labour exploitation, including the importance of:
1.a     supporting CSOs as an invaluable asset in identification and protection processes and ensuring clear guidelines and operating procedures to clarify roles and responsibilities;
1.b     formalising national coordination mechanisms to lay the foundation for effective protection; and
1.c     ensuring coordination mechanisms are operationalised through referral pathways, SOPs, regular meetings and evaluations
2       Referring to the root causes of trafficking and labour exploitation, governments and CSOs can collaborate to:
2.a     increase capacity for knowledge building sharing about why people experience human trafficking; and
2.b     build opportunities to form both formal and informal networks to increase pathways for identification and referrals.
3       On the challenges of effective collaboration:
3.a     Governments play a convening role to bring governments and CSOs together to share information and good practice; and
3.b     develop a shared understanding of common goals, focused on shared mandates and objectives while recognizing different roles, mandates and priorities.
4       Examples of good practices includes:
4.a     Innovative approaches to address shared challenges
4.b     Strong networks
4.c     Recognition of the strengths that CSOs bring to identification and protection.
4.d     Participants agreed to share contact details to facilitate strengthened connections and relationships and build effective pathways for information and knowledge sharing.
','131b15a61b66675d78fae075626e2ae5ec92877fe6f66dad1e2deeea9d5a4cfb','2026-03-20 12:00:10','2026-03-20 12:00:10',NULL,1);
INSERT INTO "outcomes_statementversion" VALUES(2,1,'zq-event-statement
ZQEVENT, en

        zq-event-introduction

1       zq-event-leadin
1.a     zq-event-point
','a7ab5fbcf4a0b7c4584ab227aecf8a7938caf672e4a0b7677f742226d37b5e66','2026-03-02 12:00:00','2026-03-02 12:00:00',NULL,2);
INSERT INTO "outcomes_statementversion" VALUES(3,1,'zq-other-statement
ZQOTHER, en

        zq-other-introduction

1       zq-other-leadin
1.a     zq-other-point
','877d554bf4398525ac50f3fdbc2435793b1aec45c8743c1dbd7696f6b4a1298a','2026-03-02 12:00:00','2026-03-02 12:00:00',NULL,3);
INSERT INTO "outcomes_statementversion" VALUES(4,1,'zq-hush-statement
ZQHUSH, en

        zq-hush-introduction

1       zq-hush-leadin
1.a     zq-hush-point
','9d3178a51a22ef0796f30d5374f9f7086c1c1c0fd69e0ea1c19aeb553bfa2016','2026-03-02 12:00:00','2026-03-02 12:00:00',NULL,4);
INSERT INTO "outcomes_statementversion" VALUES(5,1,'zq-draft-statement
DRAFTED, en

        zq-draft-introduction

1       zq-draft-leadin
1.a     zq-draft-point
','a6ba9a79700053216783ce3446bf25ef87e9d77030636400814c63b0bb40c322','2026-03-02 12:00:00',NULL,NULL,5);
INSERT INTO "outcomes_statementversion" VALUES(6,2,'zq-event-statement
ZQEVENT, en

        zq-event-introduction

1       zq-event-leadin
1.a     zq-corrigendum-after
','1b1bbd1cb17a0fa3a11ab2ae2651d09db2d8f00342c8eae613d867e9326dc34a','2026-03-02 12:00:00',NULL,1,2);
INSERT INTO "outcomes_statementversion" VALUES(7,1,'Outcome statement
AG, en

        We met in Bali.

1       Participants agreed to:
1.a     protect those who were trafficked
1.b     share what works
','105a32b95b1793426c56c393f39836a73c011a352eb2474b90757132398ad76b','2026-03-02 12:00:00','2026-03-09 13:00:00',NULL,6);
INSERT INTO "outcomes_statementversion" VALUES(8,2,'Outcome statement
AG, en

        We met in Bali.

1       Participants agreed to:
1.a     protect those who were, or may be, trafficked
1.b     share what works
','d050846f23e3b799be9447fb2a92e9b2c284a5eb465cae6119a383db63b434cb','2026-03-09 13:00:00','2026-03-20 12:00:10',2,6);
INSERT INTO "outcomes_statementversion" VALUES(9,1,'Outcome statement
AGR, en

1       Participants agreed to:
1.a     share what works (229)
','2b66f4925801a5928e3a0eb9cd3df611a25c604fba783f57cf44416631ea6390','2026-03-02 12:00:00',NULL,NULL,7);
INSERT INTO "outcomes_statementversion" VALUES(10,1,'Outcome statement
ADO, en

1       Participants agreed to:
1.a     share what works (232)
','a159f60284d2af632c19d03a8419faa03fd8420f819fc9960ea0063c82d95e26','2026-03-02 12:00:00',NULL,NULL,8);
INSERT INTO "outcomes_statementversion" VALUES(11,1,'Outcome statement
EV233, en

1       Participants agreed to:
1.a     share what works (235)
1.b     share what works (236)
','d9d973d5735e66ebd16382d936d082f2ede37f13b13cd112b8a6a6816ffb4305','2026-03-02 12:00:00',NULL,NULL,9);
INSERT INTO "outcomes_statementversion" VALUES(12,1,'Outcome statement
EV237, en

1       Participants agreed to:
1.a     share what works (239)
1.b     share what works (240)
','c94229ab0ccb3c86186a14aeff7d635531624144671870fbc57a96e6d8f56a00','2026-03-02 12:00:00',NULL,NULL,10);
INSERT INTO "outcomes_statementversion" VALUES(13,1,'Outcome statement
EV247, en

1       Participants agreed to:
1.a     share what works (249)
1.b     share what works (250)
','0b771d36cfef43b5b927ef9cb0d9162afce9cde20ed9414a05e4877e31abb4c2','2026-03-02 12:00:00','2026-03-02 12:00:00',NULL,11);
INSERT INTO "outcomes_statementversion" VALUES(14,1,'Outcome statement
EV251, en

1       Participants agreed to:
1.a     share what works (253)
1.b     share what works (254)
','c98ffa1a5e3c17b1918103dbf63ee726e2e06331a52be0b56de860324aac4120','2026-03-02 12:00:00','2026-03-02 12:00:00',NULL,12);
INSERT INTO "outcomes_statementversion" VALUES(15,1,'Outcome statement
EV255, en

1       Participants agreed to:
1.a     share what works (257)
1.b     share what works (258)
','c1d618c87c2d6312bdf0a2610bf25be0c9259d04e0c303a6065533281e773570','2026-03-02 12:00:00','2026-03-02 12:00:00',NULL,13);
INSERT INTO "outcomes_statementversion" VALUES(16,1,'Outcome statement
EV259, en

1       Participants agreed to:
1.a     share what works (261)
1.b     share what works (262)
','1800dde6debc680bda6cf2022f45c0f2a17095f8182eabd21227f07e7484787e','2026-03-02 12:00:00','2026-03-02 12:00:00',NULL,14);
INSERT INTO "outcomes_statementversion" VALUES(17,1,'Outcome statement
EV263, en

1       Participants agreed to:
1.a     share what works (265)
1.b     share what works (266)
','058e8a7c2042a2e14cf38ce215231dbe47ae785569be3bdfae52061b817cc021','2026-03-02 12:00:00','2026-03-02 12:00:00',NULL,15);
INSERT INTO "outcomes_statementversion" VALUES(18,1,'Outcome statement
EV267, en

1       Participants agreed to:
1.a     share what works (269)
1.b     share what works (270)
1.c     share what works (271)
1.d     share what works (272)
1.e     share what works (273)
1.f     share what works (274)
','5a622c65397e02376fd6ec2d6b10e2dfea203de3a48775a2ace8263d45c29697','2026-03-20 12:00:10','2026-03-20 12:00:10',NULL,16);
INSERT INTO "outcomes_statementversion" VALUES(19,1,'Outcome statement
EV304, en

1       Participants agreed to:
1.a     share what works (306)
1.b     share what works (307)
','9c96c04e896612d4d45ecc91361ff2e5c30463a85ade090d7b0b0d9d3c4c9417','2026-03-02 12:00:00','2026-03-02 12:00:00',NULL,17);
INSERT INTO "outcomes_statementversion" VALUES(20,1,'Outcome statement
EV310, en

1       Participants agreed to:
1.a     share what works (312)
1.b     share what works (313)
','ff884bcb774198adf39fc75faee43332ab2846f59d2f291a8c79ad8b753e2f5f','2026-03-02 12:00:00','2026-03-02 12:00:00',NULL,18);
INSERT INTO "outcomes_statementversion" VALUES(21,1,'Outcome statement
EV316, en

1       Participants agreed to:
1.a     share what works (318)
1.b     share what works (319)
','35113e4238f96f4c0d8ce79281fe0122a9176b490de1ce1560067d166023062b','2026-03-02 12:00:00','2026-03-02 12:00:00',NULL,19);
INSERT INTO "outcomes_statementversion" VALUES(22,1,'Outcome statement
ANS, en

1       Participants agreed to:
1.a     share what works (334)
1.b     share what works (335)
','4fd67c387c878756836c481a7a1333659a1962709261a953d12810f98701f112','2026-03-02 12:00:00','2026-03-02 12:00:00',NULL,20);
CREATE TABLE "outcomes_subscription" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "frequency" varchar(8) NOT NULL, "notified_until" datetime NOT NULL, "commitment_id" bigint NULL REFERENCES "outcomes_commitment" ("id") DEFERRABLE INITIALLY DEFERRED, "event_id" bigint NULL REFERENCES "roundtable_event" ("id") DEFERRABLE INITIALLY DEFERRED, "organisation_id" bigint NULL REFERENCES "participants_organisation" ("id") DEFERRABLE INITIALLY DEFERRED, "outcome_id" bigint NULL REFERENCES "outcomes_outcome" ("id") DEFERRABLE INITIALLY DEFERRED, "user_id" bigint NOT NULL REFERENCES "participants_user" ("id") DEFERRABLE INITIALLY DEFERRED, "theme_id" bigint NULL REFERENCES "outcomes_theme" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "subscription_has_one_target" CHECK ((("commitment_id" IS NULL AND "event_id" IS NOT NULL AND "organisation_id" IS NULL AND "outcome_id" IS NULL AND "theme_id" IS NULL) OR ("commitment_id" IS NULL AND "event_id" IS NULL AND "organisation_id" IS NULL AND "outcome_id" IS NULL AND "theme_id" IS NOT NULL) OR ("commitment_id" IS NULL AND "event_id" IS NULL AND "organisation_id" IS NOT NULL AND "outcome_id" IS NULL AND "theme_id" IS NULL) OR ("commitment_id" IS NULL AND "event_id" IS NULL AND "organisation_id" IS NULL AND "outcome_id" IS NOT NULL AND "theme_id" IS NULL) OR ("commitment_id" IS NOT NULL AND "event_id" IS NULL AND "organisation_id" IS NULL AND "outcome_id" IS NULL AND "theme_id" IS NULL))), CONSTRAINT "subscription_frequency_valid" CHECK ("frequency" IN ('at-once', 'weekly')));
INSERT INTO "outcomes_subscription" VALUES(1,'at-once','2026-03-02 12:00:00',NULL,NULL,NULL,NULL,76,2);
INSERT INTO "outcomes_subscription" VALUES(2,'at-once','2026-03-02 12:00:00',NULL,6,NULL,NULL,76,NULL);
INSERT INTO "outcomes_subscription" VALUES(3,'at-once','2026-03-02 12:00:00',NULL,NULL,1,NULL,76,NULL);
INSERT INTO "outcomes_subscription" VALUES(4,'at-once','2026-03-02 12:00:00',NULL,NULL,NULL,17,76,NULL);
INSERT INTO "outcomes_subscription" VALUES(5,'at-once','2026-03-02 12:00:00',8,NULL,NULL,NULL,76,NULL);
INSERT INTO "outcomes_subscription" VALUES(6,'weekly','2026-03-02 12:00:00',NULL,NULL,NULL,NULL,77,3);
INSERT INTO "outcomes_subscription" VALUES(7,'weekly','2026-03-02 12:00:00',NULL,6,NULL,NULL,77,NULL);
INSERT INTO "outcomes_subscription" VALUES(8,'weekly','2026-03-02 12:00:00',NULL,NULL,1,NULL,77,NULL);
INSERT INTO "outcomes_subscription" VALUES(9,'weekly','2026-03-02 12:00:00',NULL,NULL,NULL,17,77,NULL);
INSERT INTO "outcomes_subscription" VALUES(10,'weekly','2026-03-02 12:00:00',8,NULL,NULL,NULL,77,NULL);
CREATE TABLE "outcomes_theme" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "slug" varchar(80) NOT NULL UNIQUE, "name" varchar(120) NOT NULL, "source" varchar(200) NOT NULL);
INSERT INTO "outcomes_theme" VALUES(1,'theme','Theme','');
INSERT INTO "outcomes_theme" VALUES(2,'theme-370','Theme 370','');
INSERT INTO "outcomes_theme" VALUES(3,'theme-372','Theme 372','');
CREATE TABLE "outcomes_upload" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "key" varchar(20) NOT NULL UNIQUE, "uploaded_at" datetime NOT NULL, "state" varchar(16) NOT NULL, "next_task" varchar(16) NOT NULL, "run" integer unsigned NOT NULL CHECK ("run" >= 0), "claimed_at" datetime NULL, "choices" text NOT NULL CHECK ((JSON_VALID("choices") OR "choices" IS NULL)), "finished_at" datetime NULL, "event_id" bigint NULL REFERENCES "roundtable_event" ("id") DEFERRABLE INITIALLY DEFERRED, "user_id" bigint NOT NULL REFERENCES "participants_user" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "upload_state_valid" CHECK ("state" IN ('waiting', 'needs-mapping', 'previewed', 'done')), CONSTRAINT "upload_done_has_date" CHECK ((("finished_at" IS NOT NULL AND "state" = 'done') OR (NOT ("state" = 'done') AND "finished_at" IS NULL))));
INSERT INTO "outcomes_upload" VALUES(1,'m3sbmm5bxsy9q95k8a4t','2026-03-20 12:00:10','waiting','preview',0,NULL,'{}',NULL,6,122);
INSERT INTO "outcomes_upload" VALUES(2,'wju75r5u8qzu4z8r72tz','2026-03-20 12:00:10','needs-mapping','preview',0,NULL,'{}',NULL,6,123);
INSERT INTO "outcomes_upload" VALUES(3,'4s5zfte5ymggdc3c4957','2026-03-20 12:00:10','previewed','preview',0,NULL,'{}',NULL,6,124);
INSERT INTO "outcomes_upload" VALUES(4,'2dva62aerk67wzggc7fy','2026-03-20 12:00:10','done','preview',0,NULL,'{}','2026-03-20 12:00:10',6,125);
INSERT INTO "outcomes_upload" VALUES(5,'834z33cg5wnysvvmzq3d','2026-03-20 12:00:10','waiting','import',0,NULL,'{}',NULL,NULL,35);
CREATE TABLE "participants_affiliation" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "post" varchar(200) NOT NULL, "since" date NULL, "until" date NULL, "delegate_id" bigint NOT NULL REFERENCES "participants_delegate" ("id") DEFERRABLE INITIALLY DEFERRED, "organisation_id" bigint NOT NULL REFERENCES "participants_organisation" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "affiliation_ends_after_it_begins" CHECK (("until" IS NULL OR "since" IS NULL OR "until" >= ("since"))));
INSERT INTO "participants_affiliation" VALUES(1,'zq-open-desk','2024-01-01',NULL,1,18);
INSERT INTO "participants_affiliation" VALUES(2,'Staff',NULL,NULL,1,19);
INSERT INTO "participants_affiliation" VALUES(3,'zq-open-former',NULL,'2023-12-31',1,18);
INSERT INTO "participants_affiliation" VALUES(4,'zq-inside-desk','2024-01-01',NULL,2,21);
INSERT INTO "participants_affiliation" VALUES(5,'Staff',NULL,NULL,2,22);
INSERT INTO "participants_affiliation" VALUES(6,'zq-inside-former',NULL,'2023-12-31',2,21);
INSERT INTO "participants_affiliation" VALUES(7,'zq-quiet-desk','2024-01-01',NULL,3,24);
INSERT INTO "participants_affiliation" VALUES(8,'Staff',NULL,NULL,3,25);
INSERT INTO "participants_affiliation" VALUES(9,'zq-quiet-former',NULL,'2023-12-31',3,24);
INSERT INTO "participants_affiliation" VALUES(10,'zq-later-desk','2024-01-01',NULL,4,27);
INSERT INTO "participants_affiliation" VALUES(11,'Staff',NULL,NULL,4,28);
INSERT INTO "participants_affiliation" VALUES(12,'zq-later-former',NULL,'2023-12-31',4,27);
INSERT INTO "participants_affiliation" VALUES(13,'zq-bench-desk','2024-01-01',NULL,5,30);
INSERT INTO "participants_affiliation" VALUES(14,'Staff',NULL,NULL,5,31);
INSERT INTO "participants_affiliation" VALUES(15,'zq-bench-former',NULL,'2023-12-31',5,30);
INSERT INTO "participants_affiliation" VALUES(16,'zq-waiting-desk','2024-01-01',NULL,6,33);
INSERT INTO "participants_affiliation" VALUES(17,'Staff',NULL,NULL,6,34);
INSERT INTO "participants_affiliation" VALUES(18,'zq-waiting-former',NULL,'2023-12-31',6,33);
INSERT INTO "participants_affiliation" VALUES(19,'zq-elsewhere-desk','2024-01-01',NULL,7,36);
INSERT INTO "participants_affiliation" VALUES(20,'Staff',NULL,NULL,7,37);
INSERT INTO "participants_affiliation" VALUES(21,'zq-elsewhere-former',NULL,'2023-12-31',7,36);
INSERT INTO "participants_affiliation" VALUES(22,'zq-closed-desk','2024-01-01',NULL,8,39);
INSERT INTO "participants_affiliation" VALUES(23,'Staff',NULL,NULL,8,40);
INSERT INTO "participants_affiliation" VALUES(24,'zq-closed-former',NULL,'2023-12-31',8,39);
INSERT INTO "participants_affiliation" VALUES(25,'zq-imported-desk','2024-01-01',NULL,9,42);
INSERT INTO "participants_affiliation" VALUES(26,'Staff',NULL,NULL,9,43);
INSERT INTO "participants_affiliation" VALUES(27,'zq-imported-former',NULL,'2023-12-31',9,42);
INSERT INTO "participants_affiliation" VALUES(28,'zq-wary-desk','2024-01-01',NULL,10,45);
INSERT INTO "participants_affiliation" VALUES(29,'Staff',NULL,NULL,10,46);
INSERT INTO "participants_affiliation" VALUES(30,'zq-wary-former',NULL,'2023-12-31',10,45);
INSERT INTO "participants_affiliation" VALUES(31,'zq-met-desk','2024-01-01',NULL,11,48);
INSERT INTO "participants_affiliation" VALUES(32,'Staff',NULL,NULL,11,49);
INSERT INTO "participants_affiliation" VALUES(33,'zq-met-former',NULL,'2023-12-31',11,48);
INSERT INTO "participants_affiliation" VALUES(34,'zq-pending-desk','2024-01-01',NULL,12,51);
INSERT INTO "participants_affiliation" VALUES(35,'Staff',NULL,NULL,12,52);
INSERT INTO "participants_affiliation" VALUES(36,'zq-pending-former',NULL,'2023-12-31',12,51);
INSERT INTO "participants_affiliation" VALUES(37,'zq-protected-desk','2024-01-01',NULL,13,54);
INSERT INTO "participants_affiliation" VALUES(38,'Staff',NULL,NULL,13,55);
INSERT INTO "participants_affiliation" VALUES(39,'zq-protected-former',NULL,'2023-12-31',13,54);
INSERT INTO "participants_affiliation" VALUES(40,'zq-paused-desk','2024-01-01',NULL,14,57);
INSERT INTO "participants_affiliation" VALUES(41,'Staff',NULL,NULL,14,58);
INSERT INTO "participants_affiliation" VALUES(42,'zq-paused-former',NULL,'2023-12-31',14,57);
INSERT INTO "participants_affiliation" VALUES(43,'zq-withdrew-desk','2024-01-01',NULL,15,60);
INSERT INTO "participants_affiliation" VALUES(44,'Staff',NULL,NULL,15,61);
INSERT INTO "participants_affiliation" VALUES(45,'zq-withdrew-former',NULL,'2023-12-31',15,60);
INSERT INTO "participants_affiliation" VALUES(46,'Adviser','2020-01-01',NULL,26,105);
INSERT INTO "participants_affiliation" VALUES(47,'Clerk',NULL,'2019-12-31',26,106);
CREATE TABLE "participants_audienceexception" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "country" varchar(2) NOT NULL, "constituency" varchar(20) NOT NULL, "channel_id" bigint NULL REFERENCES "participants_contactchannel" ("id") DEFERRABLE INITIALLY DEFERRED, "delegate_id" bigint NOT NULL REFERENCES "participants_delegate" ("id") DEFERRABLE INITIALLY DEFERRED, "organisation_id" bigint NULL REFERENCES "participants_organisation" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "exception_has_one_target" CHECK ((("constituency" = '' AND "country" = '' AND "organisation_id" IS NOT NULL) OR ("constituency" = '' AND "organisation_id" IS NULL AND NOT ("country" = '')) OR ("country" = '' AND "organisation_id" IS NULL AND NOT ("constituency" = '')))));
INSERT INTO "participants_audienceexception" VALUES(1,'','governments',NULL,10,NULL);
INSERT INTO "participants_audienceexception" VALUES(2,'','',60,10,66);
INSERT INTO "participants_audienceexception" VALUES(3,'','',NULL,3,70);
INSERT INTO "participants_audienceexception" VALUES(4,'','governments',NULL,27,NULL);
INSERT INTO "participants_audienceexception" VALUES(5,'','red-cross',NULL,27,NULL);
INSERT INTO "participants_audienceexception" VALUES(6,'','civil-society',NULL,27,NULL);
INSERT INTO "participants_audienceexception" VALUES(7,'','agencies',NULL,27,NULL);
INSERT INTO "participants_audienceexception" VALUES(8,'','other',NULL,27,NULL);
INSERT INTO "participants_audienceexception" VALUES(9,'NR','',NULL,27,NULL);
INSERT INTO "participants_audienceexception" VALUES(10,'','',98,27,107);
CREATE TABLE "participants_consent" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "action" varchar(10) NOT NULL, "by" varchar(10) NOT NULL, "at" datetime NOT NULL, "notice_id" bigint NOT NULL REFERENCES "participants_consentnotice" ("id") DEFERRABLE INITIALLY DEFERRED, "delegate_id" bigint NOT NULL REFERENCES "participants_delegate" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "consent_action_valid" CHECK ("action" IN ('given', 'renewed', 'withdrawn')), CONSTRAINT "consent_method_valid" CHECK ("by" IN ('owner', 'link', 'review')));
INSERT INTO "participants_consent" VALUES(1,'given','owner','2026-03-02 12:00:00',1,3);
INSERT INTO "participants_consent" VALUES(2,'given','owner','2026-03-02 12:00:00',2,29);
INSERT INTO "participants_consent" VALUES(3,'given','owner','2026-03-02 12:00:00',2,30);
INSERT INTO "participants_consent" VALUES(4,'renewed','review','2026-03-20 12:00:10',2,30);
INSERT INTO "participants_consent" VALUES(5,'given','owner','2026-03-02 12:00:00',2,31);
INSERT INTO "participants_consent" VALUES(6,'withdrawn','link','2026-03-20 12:00:10',2,31);
INSERT INTO "participants_consent" VALUES(7,'given','owner','2026-03-02 12:00:00',2,32);
INSERT INTO "participants_consent" VALUES(8,'given','owner','2026-03-02 12:00:00',3,33);
CREATE TABLE "participants_consentnotice" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "purpose" varchar(20) NOT NULL, "version" smallint unsigned NOT NULL CHECK ("version" >= 0), "language" varchar(12) NOT NULL, "text" text NOT NULL, "sha256" varchar(64) NOT NULL, CONSTRAINT "consent_notice_unique" UNIQUE ("purpose", "version", "language"));
INSERT INTO "participants_consentnotice" VALUES(1,'sharing',1001,'en','zq-quiet-notice','ff7b1d9623d64fee1db0a604405a915b9e7ac6d3f5ac469b7a27f107b407f5ed');
INSERT INTO "participants_consentnotice" VALUES(2,'sharing',1,'en','Sharing your contact details

What this is for
People who took part in the same roundtable can reach each other, work together and pass on what they learn. Your details are kept for that and for nothing else. They are not sold, not used for advertising and not given to another service.

Who is responsible
The body responsible for this portal is named below this notice and on the page Privacy, with an address to write to.

Your choice
You share nothing until you agree and choose. Each detail is yours alone until you say who else may see it. You do not have to agree: you keep your place in the roundtable, and nobody is told.

What is stored
- What the co-chairs wrote when they invited you: your name, your organisation, the roundtable and the address of the invitation.
- What you add: your post, languages, a short text and ways to reach you.
- The address you sign in with, and your browser and network address each time you sign in, until you are signed out again.
- When you agreed, renewed or withdrew, and to which words.
- A log of who opened your contact details, and when.

Who can see it
For each detail you choose one of these:
- Only me: nobody but you.
- People introduced to me: people whose introduction both of you accepted.
- My constituency: people introduced to you, and those confirmed participants of a roundtable you both took part in who belong to your constituency (governments, Red Cross and Red Crescent, civil society, or agencies).
- Participants: people introduced to you, and all confirmed participants of a roundtable you both took part in, governments among them.
- Everyone: anyone who opens this site, search engines and every government included.
You can leave out organisations, countries or constituencies. A way to reach you is seen only by people who may also see that you are listed. The co-chairs see your name, your organisation and the address of your invitation at their desk. The desk does not show them how you can be reached.

What cannot be called back
Anyone who may see a detail can copy it, write it down or take a picture of it. If you change your mind, the portal stops showing it at once. Copies that others made by then cannot be called back. If being found could put you in danger, share as little as you need, or nothing.

How to change your mind
- Change who sees a detail: on Your profile, at any time.
- Withdraw: on Your profile, under Your agreement. Everything goes back to Only me at once. You give no reason, and it costs you nothing.
- Hide everything now: one press on Your profile, or the link in any message from this portal.
- Have everything about you erased: on Your profile, under Your data. Two things remain: that a delegate of your organisation took part, and a mark that does not name you. Should an old backup ever be restored, the portal knows by that mark whom to erase again.

For how long
After 11 months you are asked whether all of this is still right. If you do not answer within 30 days, everything goes back to Only me. After 12 more months without an answer your profile is erased; two messages warn you before that. The log of who looked is kept for the time that the page Privacy states.

What you can ask for
You can read, correct and download all that is held about you: on Your profile, under Your data. With questions or a complaint, write to the address below this notice. You can also complain to the data protection authority of your country.','248993bd6776edb9904d09e40a2b02714f791d1d0036ff5af7e514884ee6687f');
INSERT INTO "participants_consentnotice" VALUES(3,'sharing',1002,'en','I agree.','826ff0dab649a97ffdd7779a332accafb35cc161012253a19383db19289d6e02');
CREATE TABLE "participants_contactchannel" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "handle" varchar(10) NOT NULL UNIQUE, "kind" varchar(10) NOT NULL, "value" varchar(254) NOT NULL, "audience" varchar(12) NOT NULL, "delegate_id" bigint NOT NULL REFERENCES "participants_delegate" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "channel_unique" UNIQUE ("delegate_id", "kind", "value"), CONSTRAINT "channel_audience_valid" CHECK ("audience" IN ('only_me', 'introduced', 'constituency', 'participants', 'everyone')), CONSTRAINT "channel_has_value" CHECK (NOT ("value" = '')), CONSTRAINT "channel_kind_valid" CHECK ("kind" IN ('email', 'phone', 'mobile', 'signal', 'whatsapp', 'site', 'other')));
INSERT INTO "participants_contactchannel" VALUES(1,'g5ypcgwgx4','email','zq-open-onlyme@example.org','only_me',1);
INSERT INTO "participants_contactchannel" VALUES(2,'tnyh5n4g3u','email','zq-open-introd@example.org','introduced',1);
INSERT INTO "participants_contactchannel" VALUES(3,'tsvbuztpnz','email','zq-open-constit@example.org','constituency',1);
INSERT INTO "participants_contactchannel" VALUES(4,'sp96qepfa9','email','zq-open-partic@example.org','participants',1);
INSERT INTO "participants_contactchannel" VALUES(5,'ggpppwmbzd','email','zq-open-everyone@example.org','everyone',1);
INSERT INTO "participants_contactchannel" VALUES(6,'ng3w555wmm','phone','+622155550101','participants',1);
INSERT INTO "participants_contactchannel" VALUES(7,'pjp9b87uku','email','zq-inside-onlyme@example.org','only_me',2);
INSERT INTO "participants_contactchannel" VALUES(8,'97k87qszf3','email','zq-inside-introd@example.org','introduced',2);
INSERT INTO "participants_contactchannel" VALUES(9,'7qrj9cycnu','email','zq-inside-constit@example.org','constituency',2);
INSERT INTO "participants_contactchannel" VALUES(10,'5jqfs2tgtx','email','zq-inside-partic@example.org','participants',2);
INSERT INTO "participants_contactchannel" VALUES(11,'mad6mtjdkq','email','zq-inside-everyone@example.org','everyone',2);
INSERT INTO "participants_contactchannel" VALUES(12,'84qdhf9nvv','phone','+622155550102','participants',2);
INSERT INTO "participants_contactchannel" VALUES(13,'fgj2mqr35q','email','zq-quiet-onlyme@example.org','only_me',3);
INSERT INTO "participants_contactchannel" VALUES(14,'qq9u9zgru9','email','zq-quiet-introd@example.org','introduced',3);
INSERT INTO "participants_contactchannel" VALUES(15,'57ez6f5dbh','email','zq-quiet-constit@example.org','constituency',3);
INSERT INTO "participants_contactchannel" VALUES(16,'6uc55m7v6f','email','zq-quiet-partic@example.org','participants',3);
INSERT INTO "participants_contactchannel" VALUES(17,'q4ppfa87sd','email','zq-quiet-everyone@example.org','everyone',3);
INSERT INTO "participants_contactchannel" VALUES(18,'sg9tmehqjy','phone','+622155550103','participants',3);
INSERT INTO "participants_contactchannel" VALUES(19,'k6ppcagmmb','email','zq-later-onlyme@example.org','only_me',4);
INSERT INTO "participants_contactchannel" VALUES(20,'z8nba29etm','email','zq-later-introd@example.org','introduced',4);
INSERT INTO "participants_contactchannel" VALUES(21,'vuhuv6ts7s','email','zq-later-constit@example.org','constituency',4);
INSERT INTO "participants_contactchannel" VALUES(22,'w4y6c2w4nd','email','zq-later-partic@example.org','participants',4);
INSERT INTO "participants_contactchannel" VALUES(23,'yqmfhrw89z','email','zq-later-everyone@example.org','everyone',4);
INSERT INTO "participants_contactchannel" VALUES(24,'8znva2mmrt','phone','+622155550104','participants',4);
INSERT INTO "participants_contactchannel" VALUES(25,'38ygwfn4z2','email','zq-bench-onlyme@example.org','only_me',5);
INSERT INTO "participants_contactchannel" VALUES(26,'nz5yvz8su3','email','zq-bench-introd@example.org','introduced',5);
INSERT INTO "participants_contactchannel" VALUES(27,'ng93aec38a','email','zq-bench-constit@example.org','constituency',5);
INSERT INTO "participants_contactchannel" VALUES(28,'vkdj46pt3m','email','zq-bench-partic@example.org','participants',5);
INSERT INTO "participants_contactchannel" VALUES(29,'53wwfx68xe','email','zq-bench-everyone@example.org','everyone',5);
INSERT INTO "participants_contactchannel" VALUES(30,'c6vzjhz2m2','phone','+622155550105','participants',5);
INSERT INTO "participants_contactchannel" VALUES(31,'tu7585q3x4','email','zq-waiting-onlyme@example.org','only_me',6);
INSERT INTO "participants_contactchannel" VALUES(32,'h7s2p39crx','email','zq-waiting-introd@example.org','introduced',6);
INSERT INTO "participants_contactchannel" VALUES(33,'5x6t4vz8bk','email','zq-waiting-constit@example.org','constituency',6);
INSERT INTO "participants_contactchannel" VALUES(34,'zswbeu2f35','email','zq-waiting-partic@example.org','participants',6);
INSERT INTO "participants_contactchannel" VALUES(35,'ecebhezsp7','email','zq-waiting-everyone@example.org','everyone',6);
INSERT INTO "participants_contactchannel" VALUES(36,'x6emca56hz','phone','+622155550106','participants',6);
INSERT INTO "participants_contactchannel" VALUES(37,'59nqbycw3r','email','zq-elsewhere-onlyme@example.org','only_me',7);
INSERT INTO "participants_contactchannel" VALUES(38,'qwhse288k5','email','zq-elsewhere-introd@example.org','introduced',7);
INSERT INTO "participants_contactchannel" VALUES(39,'9xy4wkx3ap','email','zq-elsewhere-constit@example.org','constituency',7);
INSERT INTO "participants_contactchannel" VALUES(40,'fvaqgpce57','email','zq-elsewhere-partic@example.org','participants',7);
INSERT INTO "participants_contactchannel" VALUES(41,'jrjpd3bjnt','email','zq-elsewhere-everyone@example.org','everyone',7);
INSERT INTO "participants_contactchannel" VALUES(42,'qjcxq6tt6v','phone','+622155550107','participants',7);
INSERT INTO "participants_contactchannel" VALUES(43,'hsjsh3xta7','email','zq-closed-onlyme@example.org','only_me',8);
INSERT INTO "participants_contactchannel" VALUES(44,'sx9p74urna','email','zq-closed-introd@example.org','introduced',8);
INSERT INTO "participants_contactchannel" VALUES(45,'w2trwzemp5','email','zq-closed-constit@example.org','constituency',8);
INSERT INTO "participants_contactchannel" VALUES(46,'q9mrvr2q4c','email','zq-closed-partic@example.org','participants',8);
INSERT INTO "participants_contactchannel" VALUES(47,'jnsynyh42t','email','zq-closed-everyone@example.org','everyone',8);
INSERT INTO "participants_contactchannel" VALUES(48,'83hrgpbqqk','phone','+622155550108','participants',8);
INSERT INTO "participants_contactchannel" VALUES(49,'s7cpcubbns','email','zq-imported-onlyme@example.org','only_me',9);
INSERT INTO "participants_contactchannel" VALUES(50,'vpn4kz4ze4','email','zq-imported-introd@example.org','introduced',9);
INSERT INTO "participants_contactchannel" VALUES(51,'a9sue35km5','email','zq-imported-constit@example.org','constituency',9);
INSERT INTO "participants_contactchannel" VALUES(52,'xdmpkkmzga','email','zq-imported-partic@example.org','participants',9);
INSERT INTO "participants_contactchannel" VALUES(53,'qxerhef9m4','email','zq-imported-everyone@example.org','everyone',9);
INSERT INTO "participants_contactchannel" VALUES(54,'hgzy2mbwc4','phone','+622155550109','participants',9);
INSERT INTO "participants_contactchannel" VALUES(55,'r4sde2w37y','email','zq-wary-onlyme@example.org','only_me',10);
INSERT INTO "participants_contactchannel" VALUES(56,'ttaq83tvp3','email','zq-wary-introd@example.org','introduced',10);
INSERT INTO "participants_contactchannel" VALUES(57,'8thrsqhww3','email','zq-wary-constit@example.org','constituency',10);
INSERT INTO "participants_contactchannel" VALUES(58,'qge5e69bwv','email','zq-wary-partic@example.org','participants',10);
INSERT INTO "participants_contactchannel" VALUES(59,'4j5uemc763','email','zq-wary-everyone@example.org','everyone',10);
INSERT INTO "participants_contactchannel" VALUES(60,'rqadmn8jbx','phone','+622155550110','participants',10);
INSERT INTO "participants_contactchannel" VALUES(61,'7e4nz4av43','email','zq-met-onlyme@example.org','only_me',11);
INSERT INTO "participants_contactchannel" VALUES(62,'8pg56zrpee','email','zq-met-introd@example.org','introduced',11);
INSERT INTO "participants_contactchannel" VALUES(63,'9jznegmq65','email','zq-met-constit@example.org','constituency',11);
INSERT INTO "participants_contactchannel" VALUES(64,'3y6hh2vkuy','email','zq-met-partic@example.org','participants',11);
INSERT INTO "participants_contactchannel" VALUES(65,'rdut72u25c','email','zq-met-everyone@example.org','everyone',11);
INSERT INTO "participants_contactchannel" VALUES(66,'dhq3d9jm56','phone','+622155550111','participants',11);
INSERT INTO "participants_contactchannel" VALUES(67,'j9v6sczb7m','email','zq-pending-onlyme@example.org','only_me',12);
INSERT INTO "participants_contactchannel" VALUES(68,'mqhky7zrhd','email','zq-pending-introd@example.org','introduced',12);
INSERT INTO "participants_contactchannel" VALUES(69,'e6d747hnwk','email','zq-pending-constit@example.org','constituency',12);
INSERT INTO "participants_contactchannel" VALUES(70,'ytphwkh9uy','email','zq-pending-partic@example.org','participants',12);
INSERT INTO "participants_contactchannel" VALUES(71,'n39tvr45wk','email','zq-pending-everyone@example.org','everyone',12);
INSERT INTO "participants_contactchannel" VALUES(72,'2dh9ya6wqp','phone','+622155550112','participants',12);
INSERT INTO "participants_contactchannel" VALUES(73,'k3hwcajm6u','email','zq-protected-onlyme@example.org','only_me',13);
INSERT INTO "participants_contactchannel" VALUES(74,'urjkj4zve5','email','zq-protected-introd@example.org','introduced',13);
INSERT INTO "participants_contactchannel" VALUES(75,'yqx2sm8krh','email','zq-protected-constit@example.org','constituency',13);
INSERT INTO "participants_contactchannel" VALUES(76,'7yju28q668','email','zq-protected-partic@example.org','participants',13);
INSERT INTO "participants_contactchannel" VALUES(77,'dxg8fwugz6','email','zq-protected-everyone@example.org','everyone',13);
INSERT INTO "participants_contactchannel" VALUES(78,'c6s8jf6rz6','phone','+622155550113','participants',13);
INSERT INTO "participants_contactchannel" VALUES(79,'y8bc6btcjx','email','zq-paused-onlyme@example.org','only_me',14);
INSERT INTO "participants_contactchannel" VALUES(80,'h2kv5j7xp8','email','zq-paused-introd@example.org','introduced',14);
INSERT INTO "participants_contactchannel" VALUES(81,'n7xmeza69p','email','zq-paused-constit@example.org','constituency',14);
INSERT INTO "participants_contactchannel" VALUES(82,'m5npuxw5zw','email','zq-paused-partic@example.org','participants',14);
INSERT INTO "participants_contactchannel" VALUES(83,'ajhr2xgruh','email','zq-paused-everyone@example.org','everyone',14);
INSERT INTO "participants_contactchannel" VALUES(84,'9qv4v8vxcw','phone','+622155550114','participants',14);
INSERT INTO "participants_contactchannel" VALUES(85,'t3n2z5eg7q','email','zq-withdrew-onlyme@example.org','only_me',15);
INSERT INTO "participants_contactchannel" VALUES(86,'vwx8btawe6','email','zq-withdrew-introd@example.org','introduced',15);
INSERT INTO "participants_contactchannel" VALUES(87,'vhs52a975x','email','zq-withdrew-constit@example.org','constituency',15);
INSERT INTO "participants_contactchannel" VALUES(88,'zvt3qvpdk3','email','zq-withdrew-partic@example.org','participants',15);
INSERT INTO "participants_contactchannel" VALUES(89,'c3rjpc3p8h','email','zq-withdrew-everyone@example.org','everyone',15);
INSERT INTO "participants_contactchannel" VALUES(90,'bdyzdu9erp','phone','+622155550115','participants',15);
INSERT INTO "participants_contactchannel" VALUES(91,'npwhb5nars','email','every@example.org','participants',26);
INSERT INTO "participants_contactchannel" VALUES(92,'gpv2r5jpqa','phone','+12025550101','participants',26);
INSERT INTO "participants_contactchannel" VALUES(93,'xr4868hrff','mobile','+12025550102','participants',26);
INSERT INTO "participants_contactchannel" VALUES(94,'6nxfhpp8mx','signal','+12025550103','participants',26);
INSERT INTO "participants_contactchannel" VALUES(95,'9th4qr3wfy','whatsapp','+12025550104','participants',26);
INSERT INTO "participants_contactchannel" VALUES(96,'88e8dse5rt','site','https://example.org/every','participants',26);
INSERT INTO "participants_contactchannel" VALUES(97,'w78hdmh8zy','other','Reception desk, weekdays','participants',26);
INSERT INTO "participants_contactchannel" VALUES(98,'7uqgb86qfv','email','channel388@example.org','only_me',27);
CREATE TABLE "participants_delegate" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "handle" varchar(10) NOT NULL UNIQUE, "name" varchar(200) NOT NULL, "name_latin" varchar(200) NOT NULL, "post" varchar(200) NOT NULL, "about" text NOT NULL, "invitation_email" varchar(254) NOT NULL, "listed_to" varchar(12) NOT NULL, "is_protected" bool NOT NULL, "consented_at" datetime NULL, "reviewed_on" date NULL, "hidden_at" datetime NULL, "erased_at" datetime NULL, "hide_link_version" integer unsigned NOT NULL CHECK ("hide_link_version" >= 0), "is_demonstration" bool NOT NULL, "user_id" bigint NULL UNIQUE REFERENCES "participants_user" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "delegate_has_name" CHECK ((NOT ("name" = '') OR "erased_at" IS NOT NULL)), CONSTRAINT "delegate_erased_leaves_nothing" CHECK (("erased_at" IS NULL OR ("invitation_email" = '' AND "name" = '' AND "user_id" IS NULL))), CONSTRAINT "delegate_listed_to_valid" CHECK ("listed_to" IN ('only_me', 'introduced', 'constituency', 'participants', 'everyone')), CONSTRAINT "delegate_listed_only_with_account" CHECK (("user_id" IS NOT NULL OR "listed_to" = 'only_me')), CONSTRAINT "delegate_listed_only_with_consent" CHECK (("consented_at" IS NOT NULL OR "listed_to" = 'only_me')), CONSTRAINT "delegate_protected_is_unlisted" CHECK ((NOT "is_protected" OR "listed_to" IN ('only_me', 'introduced'))));
INSERT INTO "participants_delegate" VALUES(1,'ejc5cce6h5','zq-open-name','zq-open-latin','zq-open-post','zq-open-about','zq-open-invite@example.org','everyone',0,'2026-03-02 12:00:00','2026-03-02',NULL,NULL,0,0,11);
INSERT INTO "participants_delegate" VALUES(2,'hq7ex8ckhz','zq-inside-name','zq-inside-latin','zq-inside-post','zq-inside-about','zq-inside-invite@example.org','participants',0,'2026-03-02 12:00:00','2026-03-02',NULL,NULL,0,0,12);
INSERT INTO "participants_delegate" VALUES(3,'rd8ttmb4ub','zq-quiet-name','zq-quiet-latin','zq-quiet-post','zq-quiet-about','zq-quiet-invite@example.org','only_me',0,'2026-03-02 12:00:00','2026-03-02',NULL,NULL,0,0,13);
INSERT INTO "participants_delegate" VALUES(4,'ksfqtkkbmd','zq-later-name','zq-later-latin','zq-later-post','zq-later-about','zq-later-invite@example.org','introduced',0,'2026-03-02 12:00:00','2026-03-02',NULL,NULL,0,0,14);
INSERT INTO "participants_delegate" VALUES(5,'3yybgmhrhs','zq-bench-name','zq-bench-latin','zq-bench-post','zq-bench-about','zq-bench-invite@example.org','constituency',0,'2026-03-02 12:00:00','2026-03-02',NULL,NULL,0,0,15);
INSERT INTO "participants_delegate" VALUES(6,'dkftf6beh3','zq-waiting-name','zq-waiting-latin','zq-waiting-post','zq-waiting-about','zq-waiting-invite@example.org','participants',0,'2026-03-02 12:00:00','2026-03-02',NULL,NULL,0,0,16);
INSERT INTO "participants_delegate" VALUES(7,'wucw3j8nms','zq-elsewhere-name','zq-elsewhere-latin','zq-elsewhere-post','zq-elsewhere-about','zq-elsewhere-invite@example.org','participants',0,'2026-03-02 12:00:00','2026-03-02',NULL,NULL,0,0,17);
INSERT INTO "participants_delegate" VALUES(8,'vxxzbn42q5','zq-closed-name','zq-closed-latin','zq-closed-post','zq-closed-about','zq-closed-invite@example.org','everyone',0,'2026-03-02 12:00:00','2026-03-02',NULL,NULL,0,0,18);
INSERT INTO "participants_delegate" VALUES(9,'jvh3g5knab','zq-imported-name','zq-imported-latin','zq-imported-post','zq-imported-about','zq-imported-invite@example.org','only_me',0,NULL,NULL,NULL,NULL,0,0,NULL);
INSERT INTO "participants_delegate" VALUES(10,'q3s56aav3k','zq-wary-name','zq-wary-latin','zq-wary-post','zq-wary-about','zq-wary-invite@example.org','participants',0,'2026-03-02 12:00:00','2026-03-02',NULL,NULL,0,0,19);
INSERT INTO "participants_delegate" VALUES(11,'xgsn583u7g','zq-met-name','zq-met-latin','zq-met-post','zq-met-about','zq-met-invite@example.org','introduced',0,'2026-03-02 12:00:00','2026-03-02',NULL,NULL,0,0,20);
INSERT INTO "participants_delegate" VALUES(12,'hjh22v5u87','zq-pending-name','zq-pending-latin','zq-pending-post','zq-pending-about','zq-pending-invite@example.org','introduced',0,'2026-03-02 12:00:00','2026-03-02',NULL,NULL,0,0,21);
INSERT INTO "participants_delegate" VALUES(13,'b8rae4fesa','zq-protected-name','zq-protected-latin','zq-protected-post','zq-protected-about','zq-protected-invite@example.org','introduced',1,'2026-03-02 12:00:00','2026-03-02',NULL,NULL,0,0,22);
INSERT INTO "participants_delegate" VALUES(14,'w4pphzsvre','zq-paused-name','zq-paused-latin','zq-paused-post','zq-paused-about','zq-paused-invite@example.org','everyone',0,'2026-03-02 12:00:00','2026-03-02','2026-03-02 12:00:00',NULL,0,0,23);
INSERT INTO "participants_delegate" VALUES(15,'hqhpegm5m7','zq-withdrew-name','zq-withdrew-latin','zq-withdrew-post','zq-withdrew-about','zq-withdrew-invite@example.org','only_me',0,NULL,'2026-03-02',NULL,NULL,0,0,24);
INSERT INTO "participants_delegate" VALUES(16,'2jxzh2nhkz','Delegate','','','','','everyone',0,'2026-03-02 12:00:00','2026-03-02',NULL,NULL,0,0,25);
INSERT INTO "participants_delegate" VALUES(17,'dyd4xdg8ey','Quiet Delegate','','','','','only_me',0,'2026-03-02 12:00:00','2026-03-02',NULL,NULL,0,0,27);
INSERT INTO "participants_delegate" VALUES(18,'eusdwcjb4y','Focal Point','','','','','participants',0,'2026-03-02 12:00:00','2026-03-02',NULL,NULL,0,0,29);
INSERT INTO "participants_delegate" VALUES(19,'ez9j8egkdh','Outsider','','','','','participants',0,'2026-03-02 12:00:00','2026-03-02',NULL,NULL,0,0,31);
INSERT INTO "participants_delegate" VALUES(20,'qnedgmaj2n','Unconfirmed','','','','','participants',0,'2026-03-02 12:00:00','2026-03-02',NULL,NULL,0,0,33);
INSERT INTO "participants_delegate" VALUES(21,'47t79rvukv','Sari Speaks','','','','','only_me',0,'2026-03-02 12:00:00','2026-03-02',NULL,NULL,0,0,39);
INSERT INTO "participants_delegate" VALUES(22,'cczxr8b7xu','Focal Point who asked','','','','','only_me',0,'2026-03-02 12:00:00','2026-03-02',NULL,NULL,0,0,68);
INSERT INTO "participants_delegate" VALUES(23,'rs8am5rsew','Focal Point who accepted','','','','','only_me',0,'2026-03-02 12:00:00','2026-03-02',NULL,NULL,0,0,70);
INSERT INTO "participants_delegate" VALUES(24,'p5g8r4gr9v','Focal Point who gave it back','','','','','only_me',0,'2026-03-02 12:00:00','2026-03-02',NULL,NULL,0,0,72);
INSERT INTO "participants_delegate" VALUES(25,'wq7khnrxca','Focal Point who stopped','','','','','only_me',0,'2026-03-02 12:00:00','2026-03-02',NULL,NULL,0,0,74);
INSERT INTO "participants_delegate" VALUES(26,'am7zsuckmd','Every Channel','','','','','participants',0,'2026-03-02 12:00:00','2026-03-02',NULL,NULL,0,0,78);
INSERT INTO "participants_delegate" VALUES(27,'vn3tdt7h32','Leaves Out','','','','','participants',0,'2026-03-02 12:00:00','2026-03-02',NULL,NULL,0,0,80);
INSERT INTO "participants_delegate" VALUES(28,'cejj4z2qjh','Looks Around','','','','','participants',0,'2026-03-02 12:00:00','2026-03-02',NULL,NULL,0,0,81);
INSERT INTO "participants_delegate" VALUES(29,'bxsbsgymd9','Person who gives','','','','','only_me',0,'2026-03-02 12:00:00','2026-03-02',NULL,NULL,0,0,83);
INSERT INTO "participants_delegate" VALUES(30,'jdyarp45xb','Person who renews','','','','','only_me',0,'2026-03-20 12:00:10','2026-03-20',NULL,NULL,0,0,85);
INSERT INTO "participants_delegate" VALUES(31,'6vvfx8vjhq','Person who withdraws','','','','','only_me',0,NULL,'2026-03-02',NULL,NULL,0,0,87);
INSERT INTO "participants_delegate" VALUES(32,'5t6dfvsywc','Person who pauses','','','','','only_me',0,'2026-03-02 12:00:00','2026-03-02','2026-03-20 12:00:10',NULL,0,0,89);
INSERT INTO "participants_delegate" VALUES(33,'assgcjy36c','Agreed Before','','','','','only_me',0,'2026-03-02 12:00:00','2026-03-02',NULL,NULL,0,0,91);
INSERT INTO "participants_delegate" VALUES(34,'5fkqucd2z5','Delegate 425','','','','guest-@example.org','only_me',0,NULL,NULL,NULL,NULL,0,0,NULL);
INSERT INTO "participants_delegate" VALUES(35,'4qt4h4jy7y','Delegate 430','','','','guest-agreed@example.org','only_me',0,NULL,NULL,NULL,NULL,0,0,NULL);
INSERT INTO "participants_delegate" VALUES(36,'mpzhdfff6a','Delegate 435','','','','guest-not-me@example.org','only_me',0,NULL,NULL,NULL,NULL,0,0,NULL);
INSERT INTO "participants_delegate" VALUES(37,'x33regwht9','Delegate 440','','','','guest-erased@example.org','only_me',0,NULL,NULL,NULL,NULL,0,0,NULL);
INSERT INTO "participants_delegate" VALUES(38,'65b6w2gzw5','Delegate 445','','','','','only_me',0,NULL,NULL,NULL,NULL,0,0,NULL);
INSERT INTO "participants_delegate" VALUES(39,'f7m5m4sauc','Delegate 449','','','','','only_me',0,NULL,NULL,NULL,NULL,0,0,NULL);
INSERT INTO "participants_delegate" VALUES(40,'3s6729zg6g','Asks 0','','','','','only_me',0,'2026-03-02 12:00:00','2026-03-02',NULL,NULL,0,0,98);
INSERT INTO "participants_delegate" VALUES(41,'646s48gajt','Asked 0','','','','','only_me',0,'2026-03-02 12:00:00','2026-03-02',NULL,NULL,0,0,99);
INSERT INTO "participants_delegate" VALUES(42,'8py9zh7tyy','Asks 1','','','','','only_me',0,'2026-03-02 12:00:00','2026-03-02',NULL,NULL,0,0,100);
INSERT INTO "participants_delegate" VALUES(43,'3wxxtdutb6','Asked 1','','','','','only_me',0,'2026-03-02 12:00:00','2026-03-02',NULL,NULL,0,0,101);
INSERT INTO "participants_delegate" VALUES(44,'xgd53nq7wz','Asks 2','','','','','only_me',0,'2026-03-02 12:00:00','2026-03-02',NULL,NULL,0,0,102);
INSERT INTO "participants_delegate" VALUES(45,'ctxs9t2bky','Asked 2','','','','','only_me',0,'2026-03-02 12:00:00','2026-03-02',NULL,NULL,0,0,103);
INSERT INTO "participants_delegate" VALUES(46,'msraepa3ce','Asks 3','','','','','only_me',0,'2026-03-02 12:00:00','2026-03-02',NULL,NULL,0,0,104);
INSERT INTO "participants_delegate" VALUES(47,'dp2dc6canx','Asked 3','','','','','only_me',0,'2026-03-02 12:00:00','2026-03-02',NULL,NULL,0,0,105);
INSERT INTO "participants_delegate" VALUES(48,'7m5dp4uqcf','Asks 4','','','','','only_me',0,'2026-03-02 12:00:00','2026-03-02',NULL,NULL,0,0,106);
INSERT INTO "participants_delegate" VALUES(49,'zfvyg9avqk','Asked 4','','','','','only_me',0,'2026-03-02 12:00:00','2026-03-02',NULL,NULL,0,0,107);
INSERT INTO "participants_delegate" VALUES(50,'a3zssc6yth','Asks 5','','','','','only_me',0,'2026-03-02 12:00:00','2026-03-02',NULL,NULL,0,0,108);
INSERT INTO "participants_delegate" VALUES(51,'yuxbcehgcx','Asked 5','','','','','only_me',0,'2026-03-02 12:00:00','2026-03-02',NULL,NULL,0,0,109);
INSERT INTO "participants_delegate" VALUES(52,'mhy35y4s3m','','','','','','only_me',0,NULL,NULL,NULL,'2026-03-20 12:00:10',0,0,NULL);
INSERT INTO "participants_delegate" VALUES(53,'am7wutnkum','Left Work','','','','','only_me',0,'2026-03-02 12:00:00','2026-03-02',NULL,NULL,0,0,120);
INSERT INTO "participants_delegate" VALUES(54,'xd3zhdqpp2','Same Person','','','','','only_me',0,NULL,NULL,NULL,NULL,0,0,NULL);
CREATE TABLE "participants_delegatelanguage" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "language" varchar(7) NOT NULL, "delegate_id" bigint NOT NULL REFERENCES "participants_delegate" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "language_unique" UNIQUE ("delegate_id", "language"));
INSERT INTO "participants_delegatelanguage" VALUES(1,'en',26);
INSERT INTO "participants_delegatelanguage" VALUES(2,'id',26);
INSERT INTO "participants_delegatelanguage" VALUES(3,'th',26);
INSERT INTO "participants_delegatelanguage" VALUES(4,'ar',26);
CREATE TABLE "participants_erasure" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "kind" varchar(10) NOT NULL, "mark" varchar(64) NOT NULL, "at" datetime NOT NULL, CONSTRAINT "erasure_unique" UNIQUE ("kind", "mark", "at"));
INSERT INTO "participants_erasure" VALUES(1,'account','20c9c5cfdac4228e8147a1cce139d1ad7ecb7748ef06bb1f93542648fba311c9','2026-03-20 12:00:10');
INSERT INTO "participants_erasure" VALUES(2,'address','489a524b6a3e72f71e1d09dbcc65de81fe6a0b09348916d3e8f086ada30a0b02','2026-03-20 12:00:10');
INSERT INTO "participants_erasure" VALUES(3,'handle','5cd882fbc63686af8f9ba796044412d44dca8095baf1bdf949ff711dc9279e0f','2026-03-20 12:00:10');
INSERT INTO "participants_erasure" VALUES(4,'key','a1e65270f7ef752f7ed629c5ab3fc2c1b6bfcc09e8a34bccab069e65c0d7b40e','2026-03-20 12:00:10');
INSERT INTO "participants_erasure" VALUES(5,'account','591c8236b79509ce7ebd853028b899c114a57234af48ffb0da189024bc7731cb','2026-03-20 12:00:10');
INSERT INTO "participants_erasure" VALUES(6,'address','6dedb64b714533e41fe3f33291d4b898bde26e948dbf3684e3f2d0d6db3627d9','2026-03-20 12:00:10');
CREATE TABLE "participants_eventrole" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "role" varchar(12) NOT NULL, "represented_by" varchar(200) NOT NULL, "source_wording" text NOT NULL, "source" varchar(200) NOT NULL, "recorded_at" datetime NOT NULL, "event_id" bigint NOT NULL REFERENCES "roundtable_event" ("id") DEFERRABLE INITIALLY DEFERRED, "organisation_id" bigint NOT NULL REFERENCES "participants_organisation" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "event_role_unique" UNIQUE ("event_id", "organisation_id", "role"), CONSTRAINT "event_role_valid" CHECK ("role" IN ('cochair', 'cohost', 'participant', 'observer')));
INSERT INTO "participants_eventrole" VALUES(1,'cochair','Department of Home Affairs','co-chaired … in collaboration','Event page on baliprocess.net','2026-03-20 12:00:10',1,1);
INSERT INTO "participants_eventrole" VALUES(2,'cohost','','with the Australian and Indonesian governments','Page published by the hosts','2026-03-20 12:00:10',1,1);
INSERT INTO "participants_eventrole" VALUES(3,'cochair','Ministry of Foreign Affairs','co-chaired … in collaboration','Event page on baliprocess.net','2026-03-20 12:00:10',1,2);
INSERT INTO "participants_eventrole" VALUES(4,'cohost','','with the Australian and Indonesian governments','Page published by the hosts','2026-03-20 12:00:10',1,2);
INSERT INTO "participants_eventrole" VALUES(5,'cohost','','Australian Red Cross and the IFRC, with the Australian and Indonesian governments, co-hosted','Page published by the hosts','2026-03-20 12:00:10',1,3);
INSERT INTO "participants_eventrole" VALUES(6,'participant','','Representatives from six National Societies (Australian Red Cross, Bangladesh Red Crescent, Maldivian Red Crescent, Nepal Red Cross, Pakistan Red Crescent, and Philippine Red Cross)','Page published by the hosts','2026-03-20 12:00:10',1,3);
INSERT INTO "participants_eventrole" VALUES(7,'participant','','Representatives from six National Societies (Australian Red Cross, Bangladesh Red Crescent, Maldivian Red Crescent, Nepal Red Cross, Pakistan Red Crescent, and Philippine Red Cross)','Page published by the hosts','2026-03-20 12:00:10',1,4);
INSERT INTO "participants_eventrole" VALUES(8,'participant','','Representatives from six National Societies (Australian Red Cross, Bangladesh Red Crescent, Maldivian Red Crescent, Nepal Red Cross, Pakistan Red Crescent, and Philippine Red Cross)','Page published by the hosts','2026-03-20 12:00:10',1,5);
INSERT INTO "participants_eventrole" VALUES(9,'participant','','Representatives from six National Societies (Australian Red Cross, Bangladesh Red Crescent, Maldivian Red Crescent, Nepal Red Cross, Pakistan Red Crescent, and Philippine Red Cross)','Page published by the hosts','2026-03-20 12:00:10',1,6);
INSERT INTO "participants_eventrole" VALUES(10,'participant','','Representatives from six National Societies (Australian Red Cross, Bangladesh Red Crescent, Maldivian Red Crescent, Nepal Red Cross, Pakistan Red Crescent, and Philippine Red Cross)','Page published by the hosts','2026-03-20 12:00:10',1,7);
INSERT INTO "participants_eventrole" VALUES(11,'participant','','Representatives from six National Societies (Australian Red Cross, Bangladesh Red Crescent, Maldivian Red Crescent, Nepal Red Cross, Pakistan Red Crescent, and Philippine Red Cross)','Page published by the hosts','2026-03-20 12:00:10',1,8);
INSERT INTO "participants_eventrole" VALUES(12,'participant','','ICRC and IFRC','Page published by the hosts','2026-03-20 12:00:10',1,9);
INSERT INTO "participants_eventrole" VALUES(13,'cohost','','Australian Red Cross and the IFRC, with the Australian and Indonesian governments, co-hosted','Page published by the hosts','2026-03-20 12:00:10',1,10);
INSERT INTO "participants_eventrole" VALUES(14,'participant','','ICRC and IFRC','Page published by the hosts','2026-03-20 12:00:10',1,10);
INSERT INTO "participants_eventrole" VALUES(15,'cochair','zq-event-ministry','zq-event-wording','zq-event-wordingsource','2026-03-20 12:00:10',2,11);
INSERT INTO "participants_eventrole" VALUES(16,'cochair','zq-other-ministry','zq-other-wording','zq-other-wordingsource','2026-03-20 12:00:10',3,13);
INSERT INTO "participants_eventrole" VALUES(17,'cochair','zq-hush-ministry','zq-hush-wording','zq-hush-wordingsource','2026-03-20 12:00:10',4,15);
INSERT INTO "participants_eventrole" VALUES(18,'participant','','','','2026-03-20 12:00:10',4,17);
INSERT INTO "participants_eventrole" VALUES(19,'participant','','','','2026-03-20 12:00:10',2,18);
INSERT INTO "participants_eventrole" VALUES(20,'participant','','','','2026-03-20 12:00:10',4,19);
INSERT INTO "participants_eventrole" VALUES(21,'participant','','','','2026-03-20 12:00:10',4,20);
INSERT INTO "participants_eventrole" VALUES(22,'participant','','','','2026-03-20 12:00:10',2,21);
INSERT INTO "participants_eventrole" VALUES(23,'participant','','','','2026-03-20 12:00:10',4,22);
INSERT INTO "participants_eventrole" VALUES(24,'participant','','','','2026-03-20 12:00:10',4,23);
INSERT INTO "participants_eventrole" VALUES(25,'participant','','','','2026-03-20 12:00:10',2,24);
INSERT INTO "participants_eventrole" VALUES(26,'participant','','','','2026-03-20 12:00:10',4,25);
INSERT INTO "participants_eventrole" VALUES(27,'participant','','','','2026-03-20 12:00:10',4,26);
INSERT INTO "participants_eventrole" VALUES(28,'participant','','','','2026-03-20 12:00:10',2,27);
INSERT INTO "participants_eventrole" VALUES(29,'participant','','','','2026-03-20 12:00:10',4,28);
INSERT INTO "participants_eventrole" VALUES(30,'participant','','','','2026-03-20 12:00:10',4,29);
INSERT INTO "participants_eventrole" VALUES(31,'participant','','','','2026-03-20 12:00:10',2,30);
INSERT INTO "participants_eventrole" VALUES(32,'participant','','','','2026-03-20 12:00:10',4,31);
INSERT INTO "participants_eventrole" VALUES(33,'participant','','','','2026-03-20 12:00:10',4,32);
INSERT INTO "participants_eventrole" VALUES(34,'participant','','','','2026-03-20 12:00:10',2,33);
INSERT INTO "participants_eventrole" VALUES(35,'participant','','','','2026-03-20 12:00:10',4,34);
INSERT INTO "participants_eventrole" VALUES(36,'participant','','','','2026-03-20 12:00:10',4,35);
INSERT INTO "participants_eventrole" VALUES(37,'participant','','','','2026-03-20 12:00:10',2,36);
INSERT INTO "participants_eventrole" VALUES(38,'participant','','','','2026-03-20 12:00:10',4,37);
INSERT INTO "participants_eventrole" VALUES(39,'participant','','','','2026-03-20 12:00:10',4,38);
INSERT INTO "participants_eventrole" VALUES(40,'participant','','','','2026-03-20 12:00:10',2,39);
INSERT INTO "participants_eventrole" VALUES(41,'participant','','','','2026-03-20 12:00:10',4,40);
INSERT INTO "participants_eventrole" VALUES(42,'participant','','','','2026-03-20 12:00:10',4,41);
INSERT INTO "participants_eventrole" VALUES(43,'participant','','','','2026-03-20 12:00:10',2,42);
INSERT INTO "participants_eventrole" VALUES(44,'participant','','','','2026-03-20 12:00:10',4,43);
INSERT INTO "participants_eventrole" VALUES(45,'participant','','','','2026-03-20 12:00:10',4,44);
INSERT INTO "participants_eventrole" VALUES(46,'participant','','','','2026-03-20 12:00:10',2,45);
INSERT INTO "participants_eventrole" VALUES(47,'participant','','','','2026-03-20 12:00:10',4,46);
INSERT INTO "participants_eventrole" VALUES(48,'participant','','','','2026-03-20 12:00:10',4,47);
INSERT INTO "participants_eventrole" VALUES(49,'participant','','','','2026-03-20 12:00:10',2,48);
INSERT INTO "participants_eventrole" VALUES(50,'participant','','','','2026-03-20 12:00:10',4,49);
INSERT INTO "participants_eventrole" VALUES(51,'participant','','','','2026-03-20 12:00:10',4,50);
INSERT INTO "participants_eventrole" VALUES(52,'participant','','','','2026-03-20 12:00:10',2,51);
INSERT INTO "participants_eventrole" VALUES(53,'participant','','','','2026-03-20 12:00:10',4,52);
INSERT INTO "participants_eventrole" VALUES(54,'participant','','','','2026-03-20 12:00:10',4,53);
INSERT INTO "participants_eventrole" VALUES(55,'participant','','','','2026-03-20 12:00:10',2,54);
INSERT INTO "participants_eventrole" VALUES(56,'participant','','','','2026-03-20 12:00:10',4,55);
INSERT INTO "participants_eventrole" VALUES(57,'participant','','','','2026-03-20 12:00:10',4,56);
INSERT INTO "participants_eventrole" VALUES(58,'participant','','','','2026-03-20 12:00:10',2,57);
INSERT INTO "participants_eventrole" VALUES(59,'participant','','','','2026-03-20 12:00:10',4,58);
INSERT INTO "participants_eventrole" VALUES(60,'participant','','','','2026-03-20 12:00:10',4,59);
INSERT INTO "participants_eventrole" VALUES(61,'participant','','','','2026-03-20 12:00:10',2,60);
INSERT INTO "participants_eventrole" VALUES(62,'participant','','','','2026-03-20 12:00:10',4,61);
INSERT INTO "participants_eventrole" VALUES(63,'cochair','','','','2026-03-20 12:00:10',6,71);
INSERT INTO "participants_eventrole" VALUES(64,'cochair','','','','2026-03-20 12:00:10',6,72);
INSERT INTO "participants_eventrole" VALUES(65,'participant','','','','2026-03-20 12:00:10',6,74);
INSERT INTO "participants_eventrole" VALUES(66,'cochair','','','','2026-03-20 12:00:10',7,71);
INSERT INTO "participants_eventrole" VALUES(67,'cochair','','','','2026-03-20 12:00:10',7,72);
INSERT INTO "participants_eventrole" VALUES(68,'participant','','','','2026-03-20 12:00:10',7,73);
INSERT INTO "participants_eventrole" VALUES(69,'cochair','','','','2026-03-20 12:00:10',8,71);
INSERT INTO "participants_eventrole" VALUES(70,'cochair','','','','2026-03-20 12:00:10',8,72);
INSERT INTO "participants_eventrole" VALUES(71,'participant','','','','2026-03-20 12:00:10',8,73);
INSERT INTO "participants_eventrole" VALUES(72,'participant','','','','2026-03-20 12:00:10',17,83);
INSERT INTO "participants_eventrole" VALUES(73,'participant','','','','2026-03-20 12:00:10',18,84);
INSERT INTO "participants_eventrole" VALUES(74,'participant','','','','2026-03-20 12:00:10',19,85);
INSERT INTO "participants_eventrole" VALUES(75,'participant','','','','2026-03-20 12:00:10',20,91);
INSERT INTO "participants_eventrole" VALUES(76,'cohost','','','','2026-03-20 12:00:10',6,109);
INSERT INTO "participants_eventrole" VALUES(77,'participant','','','','2026-03-20 12:00:10',6,110);
INSERT INTO "participants_eventrole" VALUES(78,'observer','','','','2026-03-20 12:00:10',6,111);
INSERT INTO "participants_eventrole" VALUES(79,'cohost','','','','2026-03-20 12:00:10',6,113);
CREATE TABLE "participants_factorreset" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "reason" varchar(200) NOT NULL, "requested_at" datetime NOT NULL, "approved_at" datetime NULL, "approved_by_id" bigint NULL REFERENCES "participants_user" ("id") DEFERRABLE INITIALLY DEFERRED, "requested_by_id" bigint NULL REFERENCES "participants_user" ("id") DEFERRABLE INITIALLY DEFERRED, "user_id" bigint NOT NULL REFERENCES "participants_user" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "factor_reset_by_two" CHECK (("requested_by_id" IS NULL OR "approved_by_id" IS NULL OR NOT ("requested_by_id" = ("approved_by_id") AND "requested_by_id" IS NOT NULL AND "approved_by_id" IS NOT NULL))));
INSERT INTO "participants_factorreset" VALUES(1,'Called','2026-03-02 12:00:00',NULL,NULL,113,112);
INSERT INTO "participants_factorreset" VALUES(2,'Called','2026-03-02 12:00:00','2026-03-20 12:00:10',114,115,38);
CREATE TABLE "participants_grant" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "role" varchar(10) NOT NULL, "valid_from" date NOT NULL, "valid_until" date NULL, "granted_at" datetime NOT NULL, "event_id" bigint NOT NULL REFERENCES "roundtable_event" ("id") DEFERRABLE INITIALLY DEFERRED, "user_id" bigint NOT NULL REFERENCES "participants_user" ("id") DEFERRABLE INITIALLY DEFERRED, "on_behalf_of_id" bigint NULL REFERENCES "participants_organisation" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "grant_unique" UNIQUE ("user_id", "event_id", "role"), CONSTRAINT "grant_ends_after_it_begins" CHECK (("valid_until" IS NULL OR "valid_until" >= ("valid_from"))), CONSTRAINT "grant_role_valid" CHECK ("role" IN ('cochair', 'editor', 'reader')));
INSERT INTO "participants_grant" VALUES(1,'cochair','2024-01-01',NULL,'2026-03-20 12:00:10',2,34,NULL);
INSERT INTO "participants_grant" VALUES(2,'cochair','2024-01-01',NULL,'2026-03-20 12:00:10',6,37,71);
INSERT INTO "participants_grant" VALUES(3,'cochair','2024-01-01',NULL,'2026-03-20 12:00:10',6,38,72);
INSERT INTO "participants_grant" VALUES(4,'cochair','2024-01-01',NULL,'2026-03-20 12:00:10',7,37,71);
INSERT INTO "participants_grant" VALUES(5,'cochair','2024-01-01',NULL,'2026-03-20 12:00:10',7,38,72);
INSERT INTO "participants_grant" VALUES(6,'cochair','2024-01-01',NULL,'2026-03-20 12:00:10',8,37,71);
INSERT INTO "participants_grant" VALUES(7,'cochair','2024-01-01',NULL,'2026-03-20 12:00:10',8,38,72);
INSERT INTO "participants_grant" VALUES(8,'editor','2024-01-01',NULL,'2026-03-20 12:00:10',6,110,NULL);
INSERT INTO "participants_grant" VALUES(9,'reader','2024-01-01',NULL,'2026-03-20 12:00:10',6,111,NULL);
INSERT INTO "participants_grant" VALUES(10,'editor','2024-01-01','2024-12-31','2026-03-20 12:00:10',6,112,NULL);
CREATE TABLE "participants_group" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "slug" varchar(50) NOT NULL UNIQUE, "name" varchar(100) NOT NULL, "description" varchar(200) NOT NULL, "member_rule" varchar(16) NOT NULL, CONSTRAINT "group_member_rule_valid" CHECK ("member_rule" IN ('', 'governments', 'red-cross', 'civil-society', 'agencies', 'other', 'participants', 'cochairs')));
INSERT INTO "participants_group" VALUES(1,'governments','Governments','The governments that take part in the roundtable''s process.','governments');
INSERT INTO "participants_group" VALUES(2,'csos','CSOs','Civil society organisations, national and regional.','civil-society');
INSERT INTO "participants_group" VALUES(3,'participants','Participants','Everyone who took part in the roundtable.','participants');
INSERT INTO "participants_group" VALUES(4,'cochairs','Co-chairs','The governments that chair the process.','cochairs');
INSERT INTO "participants_group" VALUES(5,'group-of-event','zq-event-group','','');
INSERT INTO "participants_group" VALUES(6,'group-of-other','zq-other-group','','');
INSERT INTO "participants_group" VALUES(7,'group-of-hush','zq-hush-group','','');
INSERT INTO "participants_group" VALUES(8,'group-of-draft','zq-draft-group','','');
INSERT INTO "participants_group" VALUES(9,'group-278','Group 278','','');
INSERT INTO "participants_group" VALUES(10,'group-282','Group 282','','');
INSERT INTO "participants_group" VALUES(11,'group-286','Group 286','','');
INSERT INTO "participants_group" VALUES(12,'group-290','Group 290','','');
INSERT INTO "participants_group" VALUES(13,'group-294','Group 294','','');
INSERT INTO "participants_group" VALUES(14,'group-396','Those of governments','','governments');
INSERT INTO "participants_group" VALUES(15,'group-397','Those of red-cross','','red-cross');
INSERT INTO "participants_group" VALUES(16,'group-398','Those of civil-society','','civil-society');
INSERT INTO "participants_group" VALUES(17,'group-399','Those of agencies','','agencies');
INSERT INTO "participants_group" VALUES(18,'group-400','Those of other','','other');
INSERT INTO "participants_group" VALUES(19,'group-401','Those of participants','','participants');
INSERT INTO "participants_group" VALUES(20,'group-402','Those of cochairs','','cochairs');
CREATE TABLE "participants_handleredirect" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "handle" varchar(10) NOT NULL UNIQUE, "merged_pk" bigint NOT NULL UNIQUE, "delegate_id" bigint NOT NULL REFERENCES "participants_delegate" ("id") DEFERRABLE INITIALLY DEFERRED);
INSERT INTO "participants_handleredirect" VALUES(1,'wdbw62uqvx',55,54);
CREATE TABLE "participants_historicalorganisation" ("id" bigint NOT NULL, "slug" varchar(80) NOT NULL, "name" varchar(200) NOT NULL, "short_name" varchar(60) NOT NULL, "kind" varchar(20) NOT NULL, "country" varchar(2) NOT NULL, "site" varchar(200) NOT NULL, "description" text NOT NULL, "role_mailbox" varchar(254) NOT NULL, "is_demonstration" bool NOT NULL, "history_user_id" bigint NULL, "history_id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "history_date" datetime NOT NULL, "history_change_reason" varchar(100) NULL, "history_type" varchar(1) NOT NULL);
INSERT INTO "participants_historicalorganisation" VALUES(1,'australia','Australia','','government','AU','','','',0,NULL,1,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(2,'indonesia','Indonesia','','government','ID','','','',0,NULL,2,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(3,'australian-red-cross','Australian Red Cross','','national-society','AU','','','',0,NULL,3,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(4,'bangladesh-red-crescent-society','Bangladesh Red Crescent Society','Bangladesh Red Crescent','national-society','BD','','','',0,NULL,4,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(5,'maldivian-red-crescent','Maldivian Red Crescent','','national-society','MV','','','',0,NULL,5,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(6,'nepal-red-cross-society','Nepal Red Cross Society','Nepal Red Cross','national-society','NP','','','',0,NULL,6,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(7,'pakistan-red-crescent','Pakistan Red Crescent','','national-society','PK','','','',0,NULL,7,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(8,'philippine-red-cross','Philippine Red Cross','','national-society','PH','','','',0,NULL,8,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(9,'icrc','International Committee of the Red Cross','ICRC','movement','','','','',0,NULL,9,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(10,'ifrc','International Federation of Red Cross and Red Crescent Societies','IFRC','movement','','','','',0,NULL,10,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(11,'organisation-of-event','zq-event-organisation','zq-event-short','government','ID','','zq-event-description','zq-event-mailbox@example.org',0,NULL,11,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(12,'organisation-11','Organisation 11','','civil-society','','','','',0,NULL,12,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(13,'organisation-of-other','zq-other-organisation','zq-other-short','government','AU','','zq-other-description','zq-other-mailbox@example.org',0,NULL,13,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(14,'organisation-22','Organisation 22','','civil-society','','','','',0,NULL,14,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(15,'organisation-of-hush','zq-hush-organisation','zq-hush-short','government','NR','','zq-hush-description','zq-hush-mailbox@example.org',0,NULL,15,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(16,'organisation-33','Organisation 33','','civil-society','','','','',0,NULL,16,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(17,'zq-open-delegation','zq-open-delegation','','civil-society','','','','',0,NULL,17,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(18,'office-open','Office of open','','civil-society','','','','',0,NULL,18,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(19,'zq-open-hideout','zq-open-hideout','','civil-society','','','','',0,NULL,19,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(20,'zq-inside-delegation','zq-inside-delegation','','civil-society','','','','',0,NULL,20,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(21,'office-inside','Office of inside','','civil-society','','','','',0,NULL,21,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(22,'zq-inside-hideout','zq-inside-hideout','','civil-society','','','','',0,NULL,22,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(23,'zq-quiet-delegation','zq-quiet-delegation','','civil-society','','','','',0,NULL,23,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(24,'office-quiet','Office of quiet','','civil-society','','','','',0,NULL,24,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(25,'zq-quiet-hideout','zq-quiet-hideout','','civil-society','','','','',0,NULL,25,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(26,'zq-later-delegation','zq-later-delegation','','civil-society','','','','',0,NULL,26,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(27,'office-later','Office of later','','civil-society','','','','',0,NULL,27,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(28,'zq-later-hideout','zq-later-hideout','','civil-society','','','','',0,NULL,28,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(29,'zq-bench-delegation','zq-bench-delegation','','civil-society','','','','',0,NULL,29,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(30,'office-bench','Office of bench','','civil-society','','','','',0,NULL,30,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(31,'zq-bench-hideout','zq-bench-hideout','','civil-society','','','','',0,NULL,31,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(32,'zq-waiting-delegation','zq-waiting-delegation','','civil-society','','','','',0,NULL,32,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(33,'office-waiting','Office of waiting','','civil-society','','','','',0,NULL,33,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(34,'zq-waiting-hideout','zq-waiting-hideout','','civil-society','','','','',0,NULL,34,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(35,'zq-elsewhere-delegation','zq-elsewhere-delegation','','civil-society','','','','',0,NULL,35,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(36,'office-elsewhere','Office of elsewhere','','civil-society','','','','',0,NULL,36,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(37,'zq-elsewhere-hideout','zq-elsewhere-hideout','','civil-society','','','','',0,NULL,37,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(38,'zq-closed-delegation','zq-closed-delegation','','civil-society','','','','',0,NULL,38,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(39,'office-closed','Office of closed','','civil-society','','','','',0,NULL,39,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(40,'zq-closed-hideout','zq-closed-hideout','','civil-society','','','','',0,NULL,40,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(41,'zq-imported-delegation','zq-imported-delegation','','civil-society','','','','',0,NULL,41,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(42,'office-imported','Office of imported','','civil-society','','','','',0,NULL,42,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(43,'zq-imported-hideout','zq-imported-hideout','','civil-society','','','','',0,NULL,43,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(44,'zq-wary-delegation','zq-wary-delegation','','civil-society','','','','',0,NULL,44,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(45,'office-wary','Office of wary','','civil-society','','','','',0,NULL,45,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(46,'zq-wary-hideout','zq-wary-hideout','','civil-society','','','','',0,NULL,46,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(47,'zq-met-delegation','zq-met-delegation','','civil-society','','','','',0,NULL,47,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(48,'office-met','Office of met','','civil-society','','','','',0,NULL,48,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(49,'zq-met-hideout','zq-met-hideout','','civil-society','','','','',0,NULL,49,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(50,'zq-pending-delegation','zq-pending-delegation','','civil-society','','','','',0,NULL,50,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(51,'office-pending','Office of pending','','civil-society','','','','',0,NULL,51,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(52,'zq-pending-hideout','zq-pending-hideout','','civil-society','','','','',0,NULL,52,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(53,'zq-protected-delegation','zq-protected-delegation','','civil-society','','','','',0,NULL,53,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(54,'office-protected','Office of protected','','civil-society','','','','',0,NULL,54,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(55,'zq-protected-hideout','zq-protected-hideout','','civil-society','','','','',0,NULL,55,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(56,'zq-paused-delegation','zq-paused-delegation','','civil-society','','','','',0,NULL,56,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(57,'office-paused','Office of paused','','civil-society','','','','',0,NULL,57,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(58,'zq-paused-hideout','zq-paused-hideout','','civil-society','','','','',0,NULL,58,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(59,'zq-withdrew-delegation','zq-withdrew-delegation','','civil-society','','','','',0,NULL,59,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(60,'office-withdrew','Office of withdrew','','civil-society','','','','',0,NULL,60,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(61,'zq-withdrew-hideout','zq-withdrew-hideout','','civil-society','','','','',0,NULL,61,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(62,'organisation-185','Organisation 185','','civil-society','','','','',0,NULL,62,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(63,'organisation-186','Organisation 186','','civil-society','','','','',0,NULL,63,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(64,'organisation-193','Organisation 193','','civil-society','','','','',0,NULL,64,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(65,'organisation-197','Organisation 197','','government','','','','',0,NULL,65,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(66,'organisation-201','Organisation 201','','civil-society','','','','',0,NULL,66,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(67,'organisation-204','Organisation 204','','civil-society','','','','',0,NULL,67,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(68,'organisation-207','Organisation 207','','government','','','','',0,NULL,68,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(69,'organisation-211','Organisation 211','','civil-society','','','','',0,NULL,69,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(70,'organisation-212','zq-quiet-leftout','','agency','','','','',0,NULL,70,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(71,'ag-indonesia','Indonesia','Indonesia','government','','','','',0,NULL,71,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(72,'ag-australia','Australia','Australia','government','','','','',0,NULL,72,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(73,'ag-shelter','Example Shelter','Shelter','civil-society','','','','',0,NULL,73,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(74,'ag-ministry','Ministry of Silence','Ministry','civil-society','','','','',0,NULL,74,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(75,'organisation-242','Organisation 242','','civil-society','','','','',0,NULL,75,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(76,'organisation-244','Organisation 244','','civil-society','','','','',0,NULL,76,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(77,'organisation-246','Organisation 246','','civil-society','','','','',0,NULL,77,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(78,'organisation-277','Organisation 277','','civil-society','','','','',0,NULL,78,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(79,'organisation-281','Organisation 281','','civil-society','','','','',0,NULL,79,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(80,'organisation-285','Organisation 285','','civil-society','','','','',0,NULL,80,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(81,'organisation-289','Organisation 289','','civil-society','','','','',0,NULL,81,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(82,'organisation-293','Organisation 293','','civil-society','','','','',0,NULL,82,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(83,'organisation-308','Organisation 308','','civil-society','','','','',0,NULL,83,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(84,'organisation-314','Organisation 314','','civil-society','','','','',0,NULL,84,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(85,'organisation-320','Organisation 320','','civil-society','','','','',0,NULL,85,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(86,'organisation-322','Organisation 322','','civil-society','','','','',0,NULL,86,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(87,'organisation-324','Organisation 324','','civil-society','','','','',0,NULL,87,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(88,'organisation-326','Organisation 326','','civil-society','','','','',0,NULL,88,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(89,'organisation-328','Organisation 328','','civil-society','','','','',0,NULL,89,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(90,'organisation-330','Organisation 330','','civil-society','','','','',0,NULL,90,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(91,'organisation-336','Organisation 336','','civil-society','','','','',0,NULL,91,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(92,'organisation-337','Organisation 337','','civil-society','','','','',0,NULL,92,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(93,'organisation-338','Organisation 338','','civil-society','','','','',0,NULL,93,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(94,'organisation-339','Organisation 339','','civil-society','','','','',0,NULL,94,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(95,'organisation-340','Organisation 340','','civil-society','','','','',0,NULL,95,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(96,'organisation-341','Organisation 341','','civil-society','','','','',0,NULL,96,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(97,'organisation-342','Organisation 342','','civil-society','','','','',0,NULL,97,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(98,'organisation-343','Organisation 343','','civil-society','','','','',0,NULL,98,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(99,'organisation-344','Organisation 344','','civil-society','','','','',0,NULL,99,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(100,'organisation-352','Organisation 352','','civil-society','','','','',0,NULL,100,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(101,'organisation-357','Organisation 357','','civil-society','','','','',0,NULL,101,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(102,'organisation-362','Organisation 362','','civil-society','','','','',0,NULL,102,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(103,'organisation-367','Organisation 367','','civil-society','','','','',0,NULL,103,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(104,'organisation-382','Organisation 382','','civil-society','','','','',0,NULL,104,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(105,'organisation-384','Organisation 384','','civil-society','','','','',0,NULL,105,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(106,'organisation-385','Organisation 385','','civil-society','','','','',0,NULL,106,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(107,'organisation-389','Organisation 389','','civil-society','','','','',0,NULL,107,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(108,'organisation-390','Organisation 390','','government','ID','','','',0,NULL,108,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(109,'organisation-391','Organisation 391','','national-society','','','','',0,NULL,109,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(110,'organisation-392','Organisation 392','','movement','','','','',0,NULL,110,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(111,'organisation-393','Organisation 393','','civil-society','','','','',0,NULL,111,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(112,'organisation-394','Organisation 394','','agency','','','','',0,NULL,112,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(113,'organisation-395','Organisation 395','','other','','','','',0,NULL,113,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(114,'organisation-405','Organisation 405','','civil-society','','','','',0,NULL,114,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(115,'organisation-409','Organisation 409','','civil-society','','','','',0,NULL,115,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(116,'organisation-413','Organisation 413','','civil-society','','','','',0,NULL,116,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(117,'organisation-417','Organisation 417','','civil-society','','','','',0,NULL,117,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(118,'organisation-421','Organisation 421','','civil-society','','','','',0,NULL,118,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(119,'organisation-426','Organisation 426','','civil-society','','','','',0,NULL,119,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(120,'organisation-431','Organisation 431','','civil-society','','','','',0,NULL,120,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(121,'organisation-436','Organisation 436','','civil-society','','','','',0,NULL,121,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(122,'organisation-441','Organisation 441','','civil-society','','','','',0,NULL,122,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(123,'organisation-487','Organisation 487','','civil-society','','','','',0,NULL,123,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(124,'organisation-493','Organisation 493','','civil-society','','','','',0,NULL,124,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(125,'same-a','Same Office','','civil-society','','','','',0,NULL,125,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(126,'same-b','Same Office','','civil-society','','','','',0,NULL,126,'2026-03-20 12:00:10',NULL,'+');
INSERT INTO "participants_historicalorganisation" VALUES(126,'same-b','Same Office','','civil-society','','','','',0,NULL,127,'2026-03-20 12:00:10',NULL,'-');
INSERT INTO "participants_historicalorganisation" VALUES(125,'same-a','Same Office','','civil-society','','','','',0,NULL,128,'2026-03-20 12:00:10',NULL,'~');
CREATE TABLE "participants_introduction" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "handle" varchar(10) NOT NULL UNIQUE, "message" text NOT NULL, "proposed_at" datetime NOT NULL, "first_accepted_at" datetime NULL, "second_accepted_at" datetime NULL, "first_ended_at" datetime NULL, "second_ended_at" datetime NULL, "first_id" bigint NOT NULL REFERENCES "participants_delegate" ("id") DEFERRABLE INITIALLY DEFERRED, "proposed_by_id" bigint NULL REFERENCES "participants_user" ("id") DEFERRABLE INITIALLY DEFERRED, "second_id" bigint NOT NULL REFERENCES "participants_delegate" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "introduction_of_two_people" CHECK (NOT ("first_id" = ("second_id"))));
INSERT INTO "participants_introduction" VALUES(1,'hmrkbft8zy','','2026-03-02 12:00:00','2026-03-02 12:00:00','2026-03-02 12:00:00',NULL,NULL,11,20,16);
INSERT INTO "participants_introduction" VALUES(2,'dgm38ptqda','','2026-03-02 12:00:00','2026-03-02 12:00:00','2026-03-02 12:00:00',NULL,NULL,18,29,13);
INSERT INTO "participants_introduction" VALUES(3,'e379znvtee','zq-pending-message','2026-03-02 12:00:00','2026-03-02 12:00:00',NULL,NULL,NULL,16,25,12);
INSERT INTO "participants_introduction" VALUES(4,'4vu6u789m6','zq-quiet-message','2026-03-02 12:00:00',NULL,NULL,NULL,NULL,3,34,2);
INSERT INTO "participants_introduction" VALUES(5,'e9d7dxr64s','','2026-03-02 12:00:00',NULL,NULL,NULL,NULL,40,98,41);
INSERT INTO "participants_introduction" VALUES(6,'8h7qtxq2wx','','2026-03-02 12:00:00','2026-03-02 12:00:00',NULL,NULL,NULL,42,100,43);
INSERT INTO "participants_introduction" VALUES(7,'e7heur5tq6','','2026-03-02 12:00:00',NULL,'2026-03-02 12:00:00',NULL,NULL,44,102,45);
INSERT INTO "participants_introduction" VALUES(8,'ygcf5vpv8r','','2026-03-02 12:00:00','2026-03-02 12:00:00','2026-03-02 12:00:00',NULL,NULL,46,104,47);
INSERT INTO "participants_introduction" VALUES(9,'hgvw7bewqb','','2026-03-02 12:00:00','2026-03-02 12:00:00',NULL,NULL,'2026-03-20 12:00:10',48,106,49);
INSERT INTO "participants_introduction" VALUES(10,'futwz2jbbp','','2026-03-02 12:00:00','2026-03-02 12:00:00','2026-03-02 12:00:00','2026-03-20 12:00:10',NULL,50,108,51);
CREATE TABLE "participants_invitation" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "email" varchar(254) NOT NULL, "token_hash" varchar(64) NOT NULL UNIQUE, "invited_at" datetime NOT NULL, "expires_at" datetime NOT NULL, "answer" varchar(10) NOT NULL, "answered_at" datetime NULL, "revoked_at" datetime NULL, "delegate_id" bigint NOT NULL REFERENCES "participants_delegate" ("id") DEFERRABLE INITIALLY DEFERRED, "event_id" bigint NOT NULL REFERENCES "roundtable_event" ("id") DEFERRABLE INITIALLY DEFERRED, "invited_by_id" bigint NULL REFERENCES "participants_user" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "invitation_answered_has_date" CHECK ((("answer" = '' AND "answered_at" IS NULL) OR (NOT ("answer" = '') AND "answered_at" IS NOT NULL))));
INSERT INTO "participants_invitation" VALUES(1,'zq-imported-invited@example.org','9b845522870ea63e4896bf6938983276ed5bb17fd9477a81742e2a645de42040','2026-03-02 12:00:00','2026-03-16 12:00:00','',NULL,NULL,9,2,36);
INSERT INTO "participants_invitation" VALUES(2,'guest-@example.org','d904201ee47e89ac1d649ad5076abde411d517c0b7abf8a2e2dca9323951afba','2026-03-02 12:00:00','2026-03-29 12:00:10','',NULL,NULL,34,6,92);
INSERT INTO "participants_invitation" VALUES(3,'guest-agreed@example.org','bce7b28742bccf78028b91bd463f88d67b971e969cd9f6fb613d179e9933440f','2026-03-02 12:00:00','2026-03-29 12:00:10','agreed','2026-03-20 12:00:10',NULL,35,6,93);
INSERT INTO "participants_invitation" VALUES(4,'guest-not-me@example.org','67fd96e9b622f66fab66341c2de62b06d878f64c6991ada44ab70b7151d46b75','2026-03-02 12:00:00','2026-03-29 12:00:10','not-me','2026-03-20 12:00:10',NULL,36,6,94);
INSERT INTO "participants_invitation" VALUES(5,'guest-erased@example.org','c8a1188c342d9dd8641df5cade54e0c2195c9c76788c236942f22c47afdb0773','2026-03-02 12:00:00','2026-03-29 12:00:10','erased','2026-03-20 12:00:10',NULL,37,6,95);
INSERT INTO "participants_invitation" VALUES(6,'invited446@example.org','59dcfc2a117138d68122364cccbe260365127b1afdeafbce133c84c40260e73d','2026-03-02 12:00:00','2026-03-16 12:00:00','',NULL,'2026-03-20 12:00:10',38,6,96);
INSERT INTO "participants_invitation" VALUES(7,'invited450@example.org','fe6d97443bfcd6d1192531bd99975c794f062a9ecb8a017db7714850018441ab','2026-03-02 12:00:00','2026-03-19 12:00:10','',NULL,NULL,39,6,97);
CREATE TABLE "participants_invitationrequest" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(200) NOT NULL, "organisation" varchar(200) NOT NULL, "email" varchar(254) NOT NULL, "note" text NOT NULL, "requested_at" datetime NOT NULL, "decision" varchar(10) NOT NULL, "decided_at" datetime NULL, "decided_by_id" bigint NULL REFERENCES "participants_user" ("id") DEFERRABLE INITIALLY DEFERRED, "event_id" bigint NOT NULL REFERENCES "roundtable_event" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "invitation_request_decided_has_date" CHECK ((("decided_at" IS NULL AND "decision" = '') OR (NOT ("decision" = '') AND "decided_at" IS NOT NULL))));
INSERT INTO "participants_invitationrequest" VALUES(1,'zq-request-name','zq-request-organisation','zq-request-email@example.org','zq-request-note','2026-03-02 12:00:00','',NULL,NULL,2);
INSERT INTO "participants_invitationrequest" VALUES(2,'Rima Asks','Example Shelter','asks453@example.org','','2026-03-02 12:00:00','',NULL,NULL,6);
INSERT INTO "participants_invitationrequest" VALUES(3,'Rima Asks','Example Shelter','asks454@example.org','','2026-03-02 12:00:00','invited','2026-03-20 12:00:10',37,6);
INSERT INTO "participants_invitationrequest" VALUES(4,'Rima Asks','Example Shelter','asks455@example.org','','2026-03-02 12:00:00','refused','2026-03-20 12:00:10',37,6);
INSERT INTO "participants_invitationrequest" VALUES(5,'Rima Asks','Example Shelter','asks456@example.org','','2026-03-02 12:00:00','together','2026-03-20 12:00:10',37,6);
CREATE TABLE "participants_organisation" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "slug" varchar(80) NOT NULL UNIQUE, "name" varchar(200) NOT NULL, "short_name" varchar(60) NOT NULL, "kind" varchar(20) NOT NULL, "country" varchar(2) NOT NULL, "site" varchar(200) NOT NULL, "description" text NOT NULL, "role_mailbox" varchar(254) NOT NULL, "is_demonstration" bool NOT NULL, CONSTRAINT "organisation_kind" CHECK ("kind" IN ('government', 'national-society', 'movement', 'civil-society', 'agency', 'other')));
INSERT INTO "participants_organisation" VALUES(1,'australia','Australia','','government','AU','','','',0);
INSERT INTO "participants_organisation" VALUES(2,'indonesia','Indonesia','','government','ID','','','',0);
INSERT INTO "participants_organisation" VALUES(3,'australian-red-cross','Australian Red Cross','','national-society','AU','','','',0);
INSERT INTO "participants_organisation" VALUES(4,'bangladesh-red-crescent-society','Bangladesh Red Crescent Society','Bangladesh Red Crescent','national-society','BD','','','',0);
INSERT INTO "participants_organisation" VALUES(5,'maldivian-red-crescent','Maldivian Red Crescent','','national-society','MV','','','',0);
INSERT INTO "participants_organisation" VALUES(6,'nepal-red-cross-society','Nepal Red Cross Society','Nepal Red Cross','national-society','NP','','','',0);
INSERT INTO "participants_organisation" VALUES(7,'pakistan-red-crescent','Pakistan Red Crescent','','national-society','PK','','','',0);
INSERT INTO "participants_organisation" VALUES(8,'philippine-red-cross','Philippine Red Cross','','national-society','PH','','','',0);
INSERT INTO "participants_organisation" VALUES(9,'icrc','International Committee of the Red Cross','ICRC','movement','','','','',0);
INSERT INTO "participants_organisation" VALUES(10,'ifrc','International Federation of Red Cross and Red Crescent Societies','IFRC','movement','','','','',0);
INSERT INTO "participants_organisation" VALUES(11,'organisation-of-event','zq-event-organisation','zq-event-short','government','ID','','zq-event-description','zq-event-mailbox@example.org',0);
INSERT INTO "participants_organisation" VALUES(12,'organisation-11','Organisation 11','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(13,'organisation-of-other','zq-other-organisation','zq-other-short','government','AU','','zq-other-description','zq-other-mailbox@example.org',0);
INSERT INTO "participants_organisation" VALUES(14,'organisation-22','Organisation 22','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(15,'organisation-of-hush','zq-hush-organisation','zq-hush-short','government','NR','','zq-hush-description','zq-hush-mailbox@example.org',0);
INSERT INTO "participants_organisation" VALUES(16,'organisation-33','Organisation 33','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(17,'zq-open-delegation','zq-open-delegation','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(18,'office-open','Office of open','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(19,'zq-open-hideout','zq-open-hideout','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(20,'zq-inside-delegation','zq-inside-delegation','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(21,'office-inside','Office of inside','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(22,'zq-inside-hideout','zq-inside-hideout','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(23,'zq-quiet-delegation','zq-quiet-delegation','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(24,'office-quiet','Office of quiet','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(25,'zq-quiet-hideout','zq-quiet-hideout','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(26,'zq-later-delegation','zq-later-delegation','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(27,'office-later','Office of later','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(28,'zq-later-hideout','zq-later-hideout','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(29,'zq-bench-delegation','zq-bench-delegation','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(30,'office-bench','Office of bench','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(31,'zq-bench-hideout','zq-bench-hideout','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(32,'zq-waiting-delegation','zq-waiting-delegation','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(33,'office-waiting','Office of waiting','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(34,'zq-waiting-hideout','zq-waiting-hideout','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(35,'zq-elsewhere-delegation','zq-elsewhere-delegation','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(36,'office-elsewhere','Office of elsewhere','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(37,'zq-elsewhere-hideout','zq-elsewhere-hideout','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(38,'zq-closed-delegation','zq-closed-delegation','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(39,'office-closed','Office of closed','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(40,'zq-closed-hideout','zq-closed-hideout','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(41,'zq-imported-delegation','zq-imported-delegation','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(42,'office-imported','Office of imported','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(43,'zq-imported-hideout','zq-imported-hideout','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(44,'zq-wary-delegation','zq-wary-delegation','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(45,'office-wary','Office of wary','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(46,'zq-wary-hideout','zq-wary-hideout','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(47,'zq-met-delegation','zq-met-delegation','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(48,'office-met','Office of met','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(49,'zq-met-hideout','zq-met-hideout','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(50,'zq-pending-delegation','zq-pending-delegation','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(51,'office-pending','Office of pending','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(52,'zq-pending-hideout','zq-pending-hideout','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(53,'zq-protected-delegation','zq-protected-delegation','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(54,'office-protected','Office of protected','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(55,'zq-protected-hideout','zq-protected-hideout','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(56,'zq-paused-delegation','zq-paused-delegation','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(57,'office-paused','Office of paused','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(58,'zq-paused-hideout','zq-paused-hideout','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(59,'zq-withdrew-delegation','zq-withdrew-delegation','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(60,'office-withdrew','Office of withdrew','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(61,'zq-withdrew-hideout','zq-withdrew-hideout','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(62,'organisation-185','Organisation 185','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(63,'organisation-186','Organisation 186','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(64,'organisation-193','Organisation 193','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(65,'organisation-197','Organisation 197','','government','','','','',0);
INSERT INTO "participants_organisation" VALUES(66,'organisation-201','Organisation 201','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(67,'organisation-204','Organisation 204','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(68,'organisation-207','Organisation 207','','government','','','','',0);
INSERT INTO "participants_organisation" VALUES(69,'organisation-211','Organisation 211','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(70,'organisation-212','zq-quiet-leftout','','agency','','','','',0);
INSERT INTO "participants_organisation" VALUES(71,'ag-indonesia','Indonesia','Indonesia','government','','','','',0);
INSERT INTO "participants_organisation" VALUES(72,'ag-australia','Australia','Australia','government','','','','',0);
INSERT INTO "participants_organisation" VALUES(73,'ag-shelter','Example Shelter','Shelter','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(74,'ag-ministry','Ministry of Silence','Ministry','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(75,'organisation-242','Organisation 242','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(76,'organisation-244','Organisation 244','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(77,'organisation-246','Organisation 246','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(78,'organisation-277','Organisation 277','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(79,'organisation-281','Organisation 281','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(80,'organisation-285','Organisation 285','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(81,'organisation-289','Organisation 289','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(82,'organisation-293','Organisation 293','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(83,'organisation-308','Organisation 308','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(84,'organisation-314','Organisation 314','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(85,'organisation-320','Organisation 320','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(86,'organisation-322','Organisation 322','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(87,'organisation-324','Organisation 324','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(88,'organisation-326','Organisation 326','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(89,'organisation-328','Organisation 328','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(90,'organisation-330','Organisation 330','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(91,'organisation-336','Organisation 336','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(92,'organisation-337','Organisation 337','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(93,'organisation-338','Organisation 338','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(94,'organisation-339','Organisation 339','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(95,'organisation-340','Organisation 340','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(96,'organisation-341','Organisation 341','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(97,'organisation-342','Organisation 342','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(98,'organisation-343','Organisation 343','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(99,'organisation-344','Organisation 344','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(100,'organisation-352','Organisation 352','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(101,'organisation-357','Organisation 357','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(102,'organisation-362','Organisation 362','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(103,'organisation-367','Organisation 367','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(104,'organisation-382','Organisation 382','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(105,'organisation-384','Organisation 384','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(106,'organisation-385','Organisation 385','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(107,'organisation-389','Organisation 389','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(108,'organisation-390','Organisation 390','','government','ID','','','',0);
INSERT INTO "participants_organisation" VALUES(109,'organisation-391','Organisation 391','','national-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(110,'organisation-392','Organisation 392','','movement','','','','',0);
INSERT INTO "participants_organisation" VALUES(111,'organisation-393','Organisation 393','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(112,'organisation-394','Organisation 394','','agency','','','','',0);
INSERT INTO "participants_organisation" VALUES(113,'organisation-395','Organisation 395','','other','','','','',0);
INSERT INTO "participants_organisation" VALUES(114,'organisation-405','Organisation 405','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(115,'organisation-409','Organisation 409','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(116,'organisation-413','Organisation 413','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(117,'organisation-417','Organisation 417','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(118,'organisation-421','Organisation 421','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(119,'organisation-426','Organisation 426','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(120,'organisation-431','Organisation 431','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(121,'organisation-436','Organisation 436','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(122,'organisation-441','Organisation 441','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(123,'organisation-487','Organisation 487','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(124,'organisation-493','Organisation 493','','civil-society','','','','',0);
INSERT INTO "participants_organisation" VALUES(125,'same-a','Same Office','','civil-society','','','','',0);
CREATE TABLE "participants_participantlist" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "purpose" varchar(300) NOT NULL, "requested_at" datetime NOT NULL, "decided_at" datetime NULL, "expires_at" datetime NULL, "watermark" varchar(12) NOT NULL UNIQUE, "canary_name" varchar(100) NOT NULL, "canary_email" varchar(254) NOT NULL UNIQUE, "decided_by_id" bigint NULL REFERENCES "participants_user" ("id") DEFERRABLE INITIALLY DEFERRED, "event_id" bigint NOT NULL REFERENCES "roundtable_event" ("id") DEFERRABLE INITIALLY DEFERRED, "requested_by_id" bigint NULL REFERENCES "participants_user" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "participant_list_has_purpose" CHECK (NOT ("purpose" = '')), CONSTRAINT "participant_list_by_two" CHECK (("requested_by_id" IS NULL OR "decided_by_id" IS NULL OR NOT ("requested_by_id" = ("decided_by_id") AND "requested_by_id" IS NOT NULL AND "decided_by_id" IS NOT NULL))), CONSTRAINT "participant_list_downloaded_after_approval" CHECK (("expires_at" IS NULL OR "decided_at" IS NOT NULL)));
INSERT INTO "participants_participantlist" VALUES(1,'Badges','2026-03-20 12:00:10',NULL,NULL,'ntnsdmwzx6b3','Grace Lim','grace.lim.9g9s@portal.example.org',NULL,6,37);
INSERT INTO "participants_participantlist" VALUES(2,'A meeting','2026-03-20 12:00:10','2026-03-20 12:00:10','2026-03-27 12:00:10','uafp76neuva8','Kamal Adler','kamal.adler.62eu@portal.example.org',37,6,38);
INSERT INTO "participants_participantlist" VALUES(3,'Badges','2026-03-02 12:00:00','2026-03-20 12:00:10',NULL,'mark484','Ana Adler','ana484@portal.example.org',37,6,116);
CREATE TABLE "participants_participation" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "capacity" varchar(100) NOT NULL, "confirmed_at" datetime NULL, "confirmed_by_id" bigint NULL REFERENCES "participants_user" ("id") DEFERRABLE INITIALLY DEFERRED, "delegate_id" bigint NOT NULL REFERENCES "participants_delegate" ("id") DEFERRABLE INITIALLY DEFERRED, "event_id" bigint NOT NULL REFERENCES "roundtable_event" ("id") DEFERRABLE INITIALLY DEFERRED, "organisation_id" bigint NOT NULL REFERENCES "participants_organisation" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "participation_unique" UNIQUE ("delegate_id", "event_id"), CONSTRAINT "participation_confirmed_has_decider_and_date" CHECK ((("confirmed_at" IS NULL AND "confirmed_by_id" IS NULL) OR ("confirmed_at" IS NOT NULL AND "confirmed_by_id" IS NOT NULL))));
INSERT INTO "participants_participation" VALUES(1,'zq-open-capacity','2026-03-02 12:00:00',10,1,2,17);
INSERT INTO "participants_participation" VALUES(2,'zq-inside-capacity','2026-03-02 12:00:00',10,2,2,20);
INSERT INTO "participants_participation" VALUES(3,'zq-quiet-capacity','2026-03-02 12:00:00',10,3,2,23);
INSERT INTO "participants_participation" VALUES(4,'zq-later-capacity','2026-03-02 12:00:00',10,4,2,26);
INSERT INTO "participants_participation" VALUES(5,'zq-bench-capacity','2026-03-02 12:00:00',10,5,2,29);
INSERT INTO "participants_participation" VALUES(6,'zq-waiting-capacity',NULL,NULL,6,2,32);
INSERT INTO "participants_participation" VALUES(7,'zq-elsewhere-capacity','2026-03-02 12:00:00',10,7,3,35);
INSERT INTO "participants_participation" VALUES(8,'zq-closed-capacity','2026-03-02 12:00:00',10,8,2,38);
INSERT INTO "participants_participation" VALUES(9,'zq-imported-capacity','2026-03-02 12:00:00',10,9,2,41);
INSERT INTO "participants_participation" VALUES(10,'zq-wary-capacity','2026-03-02 12:00:00',10,10,2,44);
INSERT INTO "participants_participation" VALUES(11,'zq-met-capacity','2026-03-02 12:00:00',10,11,2,47);
INSERT INTO "participants_participation" VALUES(12,'zq-pending-capacity','2026-03-02 12:00:00',10,12,2,50);
INSERT INTO "participants_participation" VALUES(13,'zq-protected-capacity','2026-03-02 12:00:00',10,13,2,53);
INSERT INTO "participants_participation" VALUES(14,'zq-paused-capacity','2026-03-02 12:00:00',10,14,2,56);
INSERT INTO "participants_participation" VALUES(15,'zq-withdrew-capacity','2026-03-02 12:00:00',10,15,2,59);
INSERT INTO "participants_participation" VALUES(16,'','2026-03-02 12:00:00',26,16,2,64);
INSERT INTO "participants_participation" VALUES(17,'','2026-03-02 12:00:00',28,17,2,65);
INSERT INTO "participants_participation" VALUES(18,'','2026-03-02 12:00:00',30,18,2,66);
INSERT INTO "participants_participation" VALUES(19,'','2026-03-02 12:00:00',32,19,3,68);
INSERT INTO "participants_participation" VALUES(20,'',NULL,NULL,20,2,69);
INSERT INTO "participants_participation" VALUES(21,'','2026-03-02 12:00:00',40,21,6,73);
INSERT INTO "participants_participation" VALUES(22,'','2026-03-02 12:00:00',69,22,6,100);
INSERT INTO "participants_participation" VALUES(23,'','2026-03-02 12:00:00',71,23,6,101);
INSERT INTO "participants_participation" VALUES(24,'','2026-03-02 12:00:00',73,24,6,102);
INSERT INTO "participants_participation" VALUES(25,'','2026-03-02 12:00:00',75,25,6,103);
INSERT INTO "participants_participation" VALUES(26,'','2026-03-02 12:00:00',79,26,6,104);
INSERT INTO "participants_participation" VALUES(27,'','2026-03-02 12:00:00',82,28,6,114);
INSERT INTO "participants_participation" VALUES(28,'','2026-03-02 12:00:00',84,29,6,115);
INSERT INTO "participants_participation" VALUES(29,'','2026-03-02 12:00:00',86,30,6,116);
INSERT INTO "participants_participation" VALUES(30,'','2026-03-02 12:00:00',88,31,6,117);
INSERT INTO "participants_participation" VALUES(31,'','2026-03-02 12:00:00',90,32,6,118);
INSERT INTO "participants_participation" VALUES(32,'',NULL,NULL,34,6,119);
INSERT INTO "participants_participation" VALUES(33,'',NULL,NULL,35,6,120);
INSERT INTO "participants_participation" VALUES(34,'',NULL,NULL,36,6,121);
INSERT INTO "participants_participation" VALUES(35,'',NULL,NULL,37,6,122);
INSERT INTO "participants_participation" VALUES(36,'','2026-03-02 12:00:00',118,52,6,123);
INSERT INTO "participants_participation" VALUES(37,'','2026-03-02 12:00:00',121,54,6,124);
CREATE TABLE "participants_recordedcount" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "kind" varchar(20) NOT NULL, "number" integer unsigned NULL CHECK ("number" >= 0), "source_wording" text NOT NULL, "source" varchar(200) NOT NULL, "event_id" bigint NOT NULL REFERENCES "roundtable_event" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "recorded_count_unique" UNIQUE ("event_id", "kind"), CONSTRAINT "recorded_count_kind" CHECK ("kind" IN ('government', 'national-society', 'movement', 'civil-society', 'agency', 'other')), CONSTRAINT "recorded_count_most" CHECK ("number" <= 2000));
INSERT INTO "participants_recordedcount" VALUES(1,'government',13,'representatives from 13 governments','Page published by the hosts',1);
INSERT INTO "participants_recordedcount" VALUES(2,'civil-society',NULL,'national and regional Civil Society Organisations (CSOs)','Page published by the hosts',1);
INSERT INTO "participants_recordedcount" VALUES(3,'agency',NULL,'international agencies','Page published by the hosts',1);
INSERT INTO "participants_recordedcount" VALUES(4,'agency',3,'zq-event-counted','',2);
INSERT INTO "participants_recordedcount" VALUES(5,'agency',3,'zq-other-counted','',3);
INSERT INTO "participants_recordedcount" VALUES(6,'agency',3,'zq-hush-counted','',4);
INSERT INTO "participants_recordedcount" VALUES(7,'government',3,'three of them','',6);
INSERT INTO "participants_recordedcount" VALUES(8,'national-society',3,'three of them','',6);
INSERT INTO "participants_recordedcount" VALUES(9,'movement',3,'three of them','',6);
INSERT INTO "participants_recordedcount" VALUES(10,'civil-society',3,'three of them','',6);
INSERT INTO "participants_recordedcount" VALUES(11,'agency',3,'three of them','',6);
INSERT INTO "participants_recordedcount" VALUES(12,'other',3,'three of them','',6);
CREATE TABLE "participants_retentionaction" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "review_started_on" date NOT NULL, "action" varchar(15) NOT NULL, "taken_on" date NOT NULL, "delegate_id" bigint NOT NULL REFERENCES "participants_delegate" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "retention_action_unique" UNIQUE ("delegate_id", "review_started_on", "action"));
INSERT INTO "participants_retentionaction" VALUES(1,'2024-01-01','requested','2025-01-01',26);
INSERT INTO "participants_retentionaction" VALUES(2,'2024-01-01','made-private','2025-01-01',26);
INSERT INTO "participants_retentionaction" VALUES(3,'2024-01-01','warned','2025-01-01',26);
INSERT INTO "participants_retentionaction" VALUES(4,'2024-01-01','warned-again','2025-01-01',26);
CREATE TABLE "participants_revealbudget" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "day" date NOT NULL, "used" integer unsigned NOT NULL CHECK ("used" >= 0), "user_id" bigint NOT NULL REFERENCES "participants_user" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "reveal_budget_unique" UNIQUE ("user_id", "day"));
INSERT INTO "participants_revealbudget" VALUES(1,'2026-03-20',1,81);
CREATE TABLE "participants_slugredirect" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "slug" varchar(100) NOT NULL UNIQUE, "organisation_id" bigint NOT NULL REFERENCES "participants_organisation" ("id") DEFERRABLE INITIALLY DEFERRED);
INSERT INTO "participants_slugredirect" VALUES(1,'same-b',125);
CREATE TABLE "participants_user" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "password" varchar(128) NOT NULL, "last_login" datetime NULL, "email" varchar(254) NOT NULL UNIQUE, "is_active" bool NOT NULL, "is_superuser" bool NOT NULL, "joined_at" datetime NOT NULL);
INSERT INTO "participants_user" VALUES(1,'!NQAyq46CVZjfHInX4P60zIEKFmEfyBkr3lVJHIjO',NULL,'person9@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(2,'!nGyWGGnE8TNHMl0uZjG4LfTu6ghNFQeIKDZN4yBT',NULL,'person10@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(3,'!t1KMmUeVcyBnDQyY7VuIIQNDOL8vHvvf4MuUdlLj',NULL,'person12@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(4,'!g6Mc7q4SM5usihGijWWJzyqD7aRxciPXxwWycEwG',NULL,'person20@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(5,'!tpN6KHRLggDZOTxZUWVBq4vnu67p5C2T2gKmzXZ4',NULL,'person21@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(6,'!ksKr2nEm0VFI1p6sUBMK1QGWkzhQz8KjWHEw8kx0',NULL,'person23@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(7,'!At9cXSEMDkSyQIYlVuYP9HuxAljo0Tnt7nrkOp3x',NULL,'person31@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(8,'!VM923hkJkLq6TJJNmiDYCtfO8b9OQ7AxX0Bbh9SX',NULL,'person32@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(9,'!ccl3umCsqDWtgMUBThcwOxzdtp9LV0IqVDEIOi3t',NULL,'person34@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(10,'!XE9gneQUiyIkLKpk31c3bqOxMd3JkvgtnaiGCM2O',NULL,'confirms@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(11,'!xtJbOPcLZEuJnULoWRPm3JbXw2g7emt1VmO6B4DO',NULL,'zq-open-signin@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(12,'!BykqOBYq3GD7ITNUnX7GVHLr5GCXpvWUsLWNY5bb',NULL,'zq-inside-signin@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(13,'!4M4zKxAaL3aukTyfeAXBOgtY5Z02hWpC7Gm6xh5M',NULL,'zq-quiet-signin@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(14,'!D12jMFR2j7AWr2pSgxAKywThEIIPm1HQEmupgsxI',NULL,'zq-later-signin@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(15,'!7q8QQASfFivCCLYf6cJ4jbeWpjWUoy3Zm6SlHGzt',NULL,'zq-bench-signin@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(16,'!Sdt7zLivsNaRDHwSyhEIfXBwEGD5N48plHhrFAD5',NULL,'zq-waiting-signin@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(17,'!2QFrlHdjWQLGm03jzBRJRm56l1eQyj8ymncoGKgE',NULL,'zq-elsewhere-signin@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(18,'!SLmvdvdJ2kkq8QMnysGTzPf4yrseqwvGN5Og8X5B',NULL,'zq-closed-signin@example.org',0,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(19,'!CtH24Y69zr1eEQqJ9BHn9qRCXxTveIxJFKuWlKv2',NULL,'zq-wary-signin@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(20,'!1PPcmZtJFH7p8aoDCT8QVj3DMgvEv4vh9N9nh4R0',NULL,'zq-met-signin@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(21,'!REnuAOiIjtk0sxgwSZa1hcRXrpaxxDw4iH20xZjC',NULL,'zq-pending-signin@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(22,'!sGLXM5Xn62WenrCxVNviajxf0hetg9SapTGQnmw7',NULL,'zq-protected-signin@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(23,'!oc3ZqYMgUQ9KE1u2ZIrOzivHE7ceiIlDhSQaYDrU',NULL,'zq-paused-signin@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(24,'!lANgA7EoQdZayKQiJ6UBZKYGEftToH2iClwYi4dN',NULL,'zq-withdrew-signin@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(25,'!0TtjQAB2N344swcvskXG3yuMG8jAK7YOpmelGewb',NULL,'person192@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(26,'!1lT1aeB9JsQaSZ9wPjFrrp8bPPST1qEf0sin6V7M',NULL,'person194@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(27,'!0bfOQnIj3qnOeudDHpKqktDnO0WWQAjPquZ3ywk8',NULL,'person196@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(28,'!ZeSggLQmW2MQS5hBY3gJTgGjGH1Trghe5MurTOfL',NULL,'person198@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(29,'!ZIQHN0nA8EtpXT2DMBDNQ9S4wNQNf93A0zQnA8BY',NULL,'person200@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(30,'!pweHY7fjcHcM4rRUKv2LMC4KlUnAgookciaYb7fw',NULL,'person202@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(31,'!tIK10JTOUbON3ZOb9qY5fSeFUYTXcnMJ1IVw5QkY',NULL,'person206@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(32,'!nHpbsUYkYAWCVTPZdtI7cEG5kbhkGTwFfyDn0cBs',NULL,'person208@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(33,'!SYrvabc8g4DMnFmcPziDfnf3kQRqU4fZyvp7olKm',NULL,'person210@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(34,'!KMBiVHhb9nx8ntXFUcrSTGF3thxfqWY9QVT8kPAZ',NULL,'cochair@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(35,'!ZIFMfay54Q9i8uQyh1IK3cldkWRDxqiZSi2sb56X',NULL,'operator@example.org',1,1,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(36,'!74vDvWyXsZHkO0MuHemZbk76QlZSpeiKx65CJOQW',NULL,'person215@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(37,'!LAKhVH0QBOjlV2KDBpHgz7LeBpJWjDS7NwJqixkt','2026-03-20 12:00:10','indonesia@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(38,'!jOKRgujOyrvaA5vY5ut46gX28ATPCcSAMkgwN4uS','2026-03-20 12:00:10','australia@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(39,'!Za3T9NZux8ne7bxfZocePSkxULcZFIW7Izs7kTZY',NULL,'sari@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(40,'!3oCtYWEyNCOWwiKllv2Z8ESGxH5kgY3QWdg5eTfw',NULL,'person223@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(41,'!KQfmpXxqzN28fUXfD1tSjhgzfTnrOzBrqIzAHEvV',NULL,'person241@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(42,'!swUveoPVyjGhfxisCukU7Su08l6ztvZoHaZOhpHu',NULL,'person243@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(43,'!Ht0Gvci1iX9zAqTTj0LZdBcD2Wj4fpxXE4QN4Jzm',NULL,'person245@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(44,'!Un0DdpM6xeHrIscFC7rrG0uFjulQ8DEPctJwitgs',NULL,'person279@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(45,'!0GLlJReILAncoD4d8kPLUiki8a8eaIhDC4JioA1s',NULL,'person283@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(46,'!goZZVMx5oVH6fomWHUUNnRKG8QTWpEXRUdhfZf7Q',NULL,'person287@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(47,'!CIBCu64PtjqjE5zYPRy5QrLNAKr5IlWElmsO3AK1',NULL,'person291@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(48,'!hHzQV31GqUF2bk7KYuKrJw7ioDl78hfVO5nUmukb',NULL,'person295@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(49,'!bed3xEvVzxnMBXmrZdXi5PBUPMF15xPSRkCy7AJv',NULL,'person296@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(50,'!zWgirtjt9FOUIIj82Sn53mKsjCPAIU90QaICubwt',NULL,'person297@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(51,'!b6tdlYCoHRZpFjpt5HYDUyL0YZrIWasy8awKKr1d',NULL,'person298@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(52,'!LzmSt7mBLeWxszaHTP3ntXxqkd7bi9aYdJUirM9b',NULL,'person299@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(53,'!llZdaydkczq8hn6CgUEt7jAQaw5yDksn1uhJJZKh',NULL,'person300@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(54,'!Z3she8a0pXkuLxo1APaqo6T9OYV250ez7iVpkrYH',NULL,'person301@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(55,'!26Y2lp3NSyyG1rjBdI671xs4S2azRGtnxIGiMFHw',NULL,'person302@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(56,'!b7LtPA01beXRkViuNyAs36LRtYoZIwH8CSp3bfzG',NULL,'person309@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(57,'!trat17qHIlTUUPt3Q2Mdz8CgPG9CUV1HSM0zITm3',NULL,'person315@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(58,'!iQYPgIhgtimsla9Jaj9uhl3ikRK0MEnWkZxZE1ch',NULL,'person321@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(59,'!sstYmrv1iDzy9f1h5vOCGaE9x7QXCEuTsVapBlKB',NULL,'person323@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(60,'!EZjNwPxI6zTDO8gUGlBZlTNi52jUK5tYNcfetoZf',NULL,'person325@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(61,'!n2xce55WFuyyZUtbZgdnVDahupIvC9JtCnm3wymq',NULL,'person327@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(62,'!ngcwKFmsxdeqCHcTn9jgQsLZEHYr3U92BOMdD4as',NULL,'person329@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(63,'!XBBtV7uvicbvYK11aAyAmp9R3C0A7zJPSS7Hftdm',NULL,'person331@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(64,'!BvAcKtjPqmivQRwo7N5ih0EsyRafpxNmhEOTc1l9',NULL,'person345@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(65,'!STwjuBTSUifwr254VoaTAN1QFnMMpYC7tG7GqIFt',NULL,'person346@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(66,'!kd3y8M6J5N4I8c1IZKwT7GWWZxTiunwx5SgPeXqF',NULL,'person347@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(67,'!4cKgtUhiyGBlALhDIW2X6uOVRrAfrHMkzKYq2SOv',NULL,'person348@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(68,'!15gNvai6XO13PJV0WQQnqLjeQAI0L8Q751RjFO59',NULL,'person350@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(69,'!u0TH8NdHEj6U6gotkRw1UoGuG6jJjTbjj6EnpxdF',NULL,'person353@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(70,'!mh2ClzURzJWgn2ixRxbzR5dh6JyphapsFYcuhusu',NULL,'person355@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(71,'!IVWe3h7pOVkC9icYVBWz5gKsK5XG7ndj7DwWKNfc',NULL,'person358@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(72,'!lANOcNfx9bK3eM6RoxJw5tNeYuCUGYVSOqBB3KSu',NULL,'person360@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(73,'!wAwoJcfwYwuJAvdMifSk75kDNNQhv6ouJLhWWoDy',NULL,'person363@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(74,'!VrdaXcXbnml4D7Xa7UKuJo7tw9bTG2NzSlrZUKQI',NULL,'person365@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(75,'!LEnTLuMZZB62UM2bz0hST4NAjh7umtmIzg8adp7y',NULL,'person368@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(76,'!1jYqys59sB08OQLouY9mg2ekVm9QUz1NGVnjsaSk',NULL,'person369@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(77,'!y3K7T1iHOFJqwH8j6tQHDKEIGO8LFGZJ8G2tqc3Q',NULL,'person371@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(78,'!hD6mKa9NGAQdbEEYN82fTDwYXH4OJz9eU5tfZmyg',NULL,'person374@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(79,'!VKtaFhEToVtjY7hz2xQ39d6OYCfPnRHbvphz9cer',NULL,'person383@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(80,'!zj7hTc2USfob5u17Ypzb2Zgr76gR6AqZtm3YWDDW',NULL,'person387@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(81,'!UzvGnAwYMnEhVzZzETEVEj2zjkF1PGACmt78DsGb',NULL,'person404@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(82,'!M9yt8JUB5qbFCTpUwI4L4hgdduwcqd1TtdtzUePF',NULL,'person406@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(83,'!7qSr8y2CkbTup8vfkMENScSbdp8zeP5mDzJezYwd',NULL,'person408@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(84,'!h3nruJIQYIIa92Ann0p5vpzHIqlqkL5dI3f3Ji4y',NULL,'person410@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(85,'!2Vzvky0OIFNFFdlo87k5R48IunR1p9GkgiywfePk',NULL,'person412@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(86,'!VHLhCnEBlZYG9ip9M2hsPVrzm0yAlGor0vE49Pae',NULL,'person414@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(87,'!5PN2BABpephaCyC64vvdhcAK4R4swIKsid27UjIg',NULL,'person416@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(88,'!bQ1ygZIwqOVI2lZIsOeN3eldCyYATsX63R0sLUuG',NULL,'person418@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(89,'!XDY94Zu9ppklsXey1N2JgfJairouUju0wiAO0Mau',NULL,'person420@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(90,'!p4N3xjwLzuNVaSUsIYnaKzaPvBEMpCcBHbC3gLqs',NULL,'person422@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(91,'!JcH69IVp9a2a80Cm4i3YdVXrFOCLFYNk9jSkSpkg',NULL,'person424@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(92,'!M6IKe4lUyLSvzKa6ZxoQBszG4REqYPj763L2OTDi',NULL,'person429@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(93,'!cUvoYFSeFyBRfRRXGhjZScSsOFO1UWnQer16NaIn',NULL,'person434@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(94,'!G66ReNzFMrmMn0dhXGJnBQqfWXzJiSd6xMbQqyJg',NULL,'person439@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(95,'!toxWL23M7IHXr4Wk4URvNTJTb3jredaZQk8O6Lbh',NULL,'person444@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(96,'!Py1Xx7sgHjNbPHPzB4HS8M4etanz8R28pYGJoABM',NULL,'person448@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(97,'!VP2j34HvOhkwlIj5iHSTpBjzyJRMMDpkHapvqpuX',NULL,'person452@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(98,'!EEO2G3X3CKbUv9ze9RHc2ZTIIDSwjFRPrsRHXBu3',NULL,'person458@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(99,'!g4kAiXhSeuvVWM087OCNtm70rZDhz5NI6haUC9Hb',NULL,'person460@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(100,'!FqFoKdgWKedZhHwxJUTUOpcqgnl25pBKFig4OUw7',NULL,'person462@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(101,'!EsjY3tyQe0wsSYqumAlh4HIJ67KnVKIbEXH8U62A',NULL,'person464@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(102,'!5NdhMY1reXSzDLjqWkmbO7zdbHdi5wyza9oVxORX',NULL,'person466@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(103,'!Rgmwv370rcPoUNUTTPvIHvsQB3nXP5RuARvpxjT4',NULL,'person468@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(104,'!RnJVA8IoCKPEtwN8t7BaJUJy50InloF8QkZQlgc8',NULL,'person470@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(105,'!mb4uYfjxlyM0GmWpWmXJNvOey9baJbhmB3q6cSh3',NULL,'person472@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(106,'!si0c9Kv29yHtbFmzvY1RF7tB0GpX1T4Y5eN6WLJ5',NULL,'person474@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(107,'!c1WOsDIkfGsdkykkye2FWAzMxIXZjFCtBUdJvezF',NULL,'person476@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(108,'!AUQfsXxXTtzgGtUCuthTDkfdotGNo28tQv07zyNO',NULL,'person478@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(109,'!Jlw1dKme8Wy6OX0gXT5PaLVH2jjB1QeThXEp2UK9',NULL,'person480@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(110,'!oARvkZYctq6APHkUs8TJG6STJJURZm7cKbfbWRDF',NULL,'editor@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(111,'!XIOabTdm8o823ff7zM7zW7LyGepKzVxE2p4E9fvd',NULL,'reader@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(112,'!QI0lMkdW2hJONY0BlfzvHymiQUoTUPHQEGSVSmmQ',NULL,'past@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(113,'!KmieNO7wo1MgOzTAlrIXjg3ZJF2rn9pueXatTe4s',NULL,'person481@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(114,'!W7Ir06KleM38mwcfAxeg6ZfwKgAP9sCN1CvLssPX',NULL,'person482@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(115,'!neQZ78VqZXq6eG8LiRpRNIqj1UmSSq5hqkJseBuz',NULL,'person483@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(116,'!XQ1FcojkmdjpPI2Jjvg0Gve7bPVZLY64yhqLoYSU',NULL,'person485@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(118,'!APINdob4gqMzpsV7RMV7CA83DukshgXRu29eKE6c',NULL,'person488@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(120,'!Z45ywWLkuawNEoCm0IvyZGhUByIdGf8Dc4te66yK',NULL,'left@example.org',0,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(121,'!Uwz2pVY4pd8hyg7NJ92FY2jPl4UFtAzQOcUekuBW',NULL,'person494@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(122,'!EFyy2FBI3Q4Ua3UrjH6OHhekNtVh7M2oxjE6oF1f',NULL,'person497@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(123,'!ccCOHFQ8aKDEdCMG6KdcOpDI7Uop7XpWEPyUa0UY',NULL,'person498@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(124,'!Bj32HJS6xAJSxN6YR2GZS1pu5XB15hLEtTfFzP0u',NULL,'person499@example.org',1,0,'2026-03-20 12:00:10');
INSERT INTO "participants_user" VALUES(125,'!gU58BTzjRXJmehM57jb58WFDh4xxe2z7Ucj8Nv5g',NULL,'person500@example.org',1,0,'2026-03-20 12:00:10');
CREATE TABLE "roundtable_auditentry" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "sequence" bigint unsigned NOT NULL UNIQUE CHECK ("sequence" >= 0), "at" datetime NOT NULL, "actor" varchar(16) NOT NULL, "organisation" varchar(100) NOT NULL, "action" varchar(60) NOT NULL, "subject" varchar(16) NOT NULL, "detail" varchar(200) NOT NULL, "chain_hash" varchar(64) NOT NULL);
INSERT INTO "roundtable_auditentry" VALUES(1,1,'2026-03-02 12:00:00','Izqy6sbFt4UWuJo7','ag-indonesia','circulate statement','','AG version 1 105a32b95b1793426c56c393f39836a73c011a352eb2474b90757132398ad76b','440480d3ba0a88a019f4e9410c5bb64729b38f7f9900dc928c62fd0d4e7728bb');
INSERT INTO "roundtable_auditentry" VALUES(2,2,'2026-03-09 13:00:00','Izqy6sbFt4UWuJo7','ag-indonesia','sign statement','','AG version 1 105a32b95b1793426c56c393f39836a73c011a352eb2474b90757132398ad76b','b5b0742391ea6aa622e786dfc28de6a89b436d98cda078e721afbc6c86d97832');
INSERT INTO "roundtable_auditentry" VALUES(3,3,'2026-03-09 13:00:00','8X1kJEY8grLImCqt','ag-australia','sign statement','','AG version 1 105a32b95b1793426c56c393f39836a73c011a352eb2474b90757132398ad76b','e4365225e1e2c7ca7de4990cc6634d69843c8e1a0c1be2e88f3d956a3b084c81');
INSERT INTO "roundtable_auditentry" VALUES(4,4,'2026-03-09 13:00:00','8X1kJEY8grLImCqt','ag-australia','adopt statement','','AG version 1 105a32b95b1793426c56c393f39836a73c011a352eb2474b90757132398ad76b','715f227e2bf1e5d3b20cd2ceb6843739422bb17f67cf9aa62e6a69a3bbbb031f');
INSERT INTO "roundtable_auditentry" VALUES(5,5,'2026-03-09 13:00:00','Izqy6sbFt4UWuJo7','ag-indonesia','publish statement','','AG version 1 105a32b95b1793426c56c393f39836a73c011a352eb2474b90757132398ad76b','ddc7badd9a5e2ed4f15bbc334916b95bb42a36cbf2211de006f0ce54060c88e8');
INSERT INTO "roundtable_auditentry" VALUES(6,6,'2026-03-09 13:00:00','Izqy6sbFt4UWuJo7','ag-indonesia','draft corrigendum','','AG','c1b655ceacb484a60edc32b1d55cf66845a78d1622a027aae10975819b9d290e');
INSERT INTO "roundtable_auditentry" VALUES(7,7,'2026-03-09 13:00:00','Izqy6sbFt4UWuJo7','ag-indonesia','circulate statement','','AG version 2 d050846f23e3b799be9447fb2a92e9b2c284a5eb465cae6119a383db63b434cb','59a9b67a757693e67956c1cdb4ed33a096d92f323c22447ebbb88c580e3eb62c');
INSERT INTO "roundtable_auditentry" VALUES(8,8,'2026-03-12 13:00:00','Izqy6sbFt4UWuJo7','ag-indonesia','sign statement','','AG version 2 d050846f23e3b799be9447fb2a92e9b2c284a5eb465cae6119a383db63b434cb','1355fce81c4aa2c9392d68078635ada16d6122908a9fbd1671cef1d4238b03a7');
INSERT INTO "roundtable_auditentry" VALUES(9,9,'2026-03-12 13:00:00','8X1kJEY8grLImCqt','ag-australia','sign statement','','AG version 2 d050846f23e3b799be9447fb2a92e9b2c284a5eb465cae6119a383db63b434cb','91ad97ed066c7ada833f4da4cf6e9ab474954f3c7ec3611bc54ee64f482b47bb');
INSERT INTO "roundtable_auditentry" VALUES(10,10,'2026-03-12 13:00:00','8X1kJEY8grLImCqt','ag-australia','adopt statement','','AG version 2 d050846f23e3b799be9447fb2a92e9b2c284a5eb465cae6119a383db63b434cb','a7659a09b23f1f8241ee47dde88808c03f5d062e067abf699d165f06a8c4c1c5');
INSERT INTO "roundtable_auditentry" VALUES(11,11,'2026-03-20 12:00:10','8X1kJEY8grLImCqt','ag-australia','publish corrigendum','','AG version 2 d050846f23e3b799be9447fb2a92e9b2c284a5eb465cae6119a383db63b434cb','a37b786f15c65de41a19d214489cb51061ec684286ac59d6d9f5912d9f93668e');
INSERT INTO "roundtable_auditentry" VALUES(12,12,'2026-03-02 12:00:00','Izqy6sbFt4UWuJo7','ag-indonesia','circulate statement','','AGR version 1 2b66f4925801a5928e3a0eb9cd3df611a25c604fba783f57cf44416631ea6390','0a1d0bb13a0304e3ab50afa1461c05c6b41a317bd18e39907663f615894d453a');
INSERT INTO "roundtable_auditentry" VALUES(13,13,'2026-03-02 12:00:00','Izqy6sbFt4UWuJo7','ag-indonesia','circulate statement','','ADO version 1 a159f60284d2af632c19d03a8419faa03fd8420f819fc9960ea0063c82d95e26','0e2ac97876984ad3762141b5a17f0e2b38af4cd55116331c82d69c069ab9d8d3');
INSERT INTO "roundtable_auditentry" VALUES(14,14,'2026-03-09 13:00:00','Izqy6sbFt4UWuJo7','ag-indonesia','sign statement','','ADO version 1 a159f60284d2af632c19d03a8419faa03fd8420f819fc9960ea0063c82d95e26','c430a4803f8fe778219a3bfc2d257f462295fe5e0f950e28915f4560ac9f6133');
INSERT INTO "roundtable_auditentry" VALUES(15,15,'2026-03-09 13:00:00','8X1kJEY8grLImCqt','ag-australia','sign statement','','ADO version 1 a159f60284d2af632c19d03a8419faa03fd8420f819fc9960ea0063c82d95e26','2df36167ee6ee97a40306d899aedd38bb4b3d52d8237b1bd9213804f4e31ca78');
INSERT INTO "roundtable_auditentry" VALUES(16,16,'2026-03-09 13:00:00','8X1kJEY8grLImCqt','ag-australia','adopt statement','','ADO version 1 a159f60284d2af632c19d03a8419faa03fd8420f819fc9960ea0063c82d95e26','80bea5c514a0ca0b6420cd5523ad76f971aa12ee7c5daed7342bedac4fe32721');
INSERT INTO "roundtable_auditentry" VALUES(17,17,'2026-03-20 12:00:10','PY2GzGzKKKCSTTei','','give task back','','AG-C361','eb01473aa7357ba3e7c7e71ac4fb4dadca6526a9e1ea46034549ca3c3aff18a3');
INSERT INTO "roundtable_auditentry" VALUES(18,18,'2026-03-20 12:00:10','TRfpfZaYp6b0N9KA','organisation-405','reveal','jksHN25ZLEL4ZGhl','','af562f2dbc111843057b010b21e0369fcf617c24e606619f1b729117b5006d97');
INSERT INTO "roundtable_auditentry" VALUES(19,19,'2026-03-02 12:00:00','QQF3RvFDNU8j9lLZ','','consent given','rLUk4rp98WLllJ7e','sharing 1 en owner','5c65354deba89398b138b8fe110adece0f0e53d155a1a2e19536b6eefddbb208');
INSERT INTO "roundtable_auditentry" VALUES(20,20,'2026-03-02 12:00:00','vnD3D6x8Qg321tL1','','consent given','8Cw32Gsdm2iUn8PH','sharing 1 en owner','e7d65a424917571341cfed7ab5a25778bf99609ec6be4554d9b5ae0b5392f3a5');
INSERT INTO "roundtable_auditentry" VALUES(21,21,'2026-03-20 12:00:10','','','consent renewed','8Cw32Gsdm2iUn8PH','sharing 1 en review','9286197aca419dd1744a39a6862fdd2568f3030fee580ae289279f3392c2be8b');
INSERT INTO "roundtable_auditentry" VALUES(22,22,'2026-03-02 12:00:00','SUuJC20EeSXvsiVy','','consent given','LY48gqnVydOi3HdJ','sharing 1 en owner','0c40a0e585083975652d2c2c714ac5bd31d4f0bd1bff460c3a337fb258b23d6e');
INSERT INTO "roundtable_auditentry" VALUES(23,23,'2026-03-20 12:00:10','SUuJC20EeSXvsiVy','','consent withdrawn','LY48gqnVydOi3HdJ','sharing 1 en link','ee603bdee130ce5cbce3bf2b72b060927093eb1c61897e3f5486e07dd5aa36e9');
INSERT INTO "roundtable_auditentry" VALUES(24,24,'2026-03-02 12:00:00','aXa8v8ZCwEI8PKm8','','consent given','bLZy2Axff60ej2NP','sharing 1 en owner','1a6ef571b8a6df1ec1fc749a33b5163df6bbf2ef005a7adddd8d586b9500c26b');
INSERT INTO "roundtable_auditentry" VALUES(25,25,'2026-03-20 12:00:10','aXa8v8ZCwEI8PKm8','','pause','bLZy2Axff60ej2NP','link','ac08a2d1d5aea51c1b70b6eb690da7b2e08f13372e8925324a68c92ed7094d6e');
INSERT INTO "roundtable_auditentry" VALUES(26,26,'2026-03-20 12:00:10','Izqy6sbFt4UWuJo7','ag-indonesia','ask list of participants','','AG list 1','224fa46fbe0e9ef11c27c59b1b1deb96010a15bb36e68df3b6fe87ca42fe1aac');
INSERT INTO "roundtable_auditentry" VALUES(27,27,'2026-03-20 12:00:10','8X1kJEY8grLImCqt','ag-australia','ask list of participants','','AG list 2','61817bedea9108271ccbb0b9f6640f8622f67edbec7ba7affd0f0310c3d98d7e');
INSERT INTO "roundtable_auditentry" VALUES(28,28,'2026-03-20 12:00:10','Izqy6sbFt4UWuJo7','ag-indonesia','agree to list of participants','','AG list 2','807203ef70b622ceb13c913a798ea453a2f15f6e70315154757fe33149a03025');
INSERT INTO "roundtable_auditentry" VALUES(29,29,'2026-03-20 12:00:10','z1zynokKookBkvyh','','erase','910NnkgBnH0owwRe','','7f8dcc7f751abdce92a653d18431dd1b6df2b940c1c3ab1bb4051bfeac7ef85f');
INSERT INTO "roundtable_auditentry" VALUES(30,30,'2026-03-20 12:00:10','','','erase','cgokiGGuAaFH6i1h','','7d21fb3fe37f59e7097a37a72c414a0185c5d58d3c74fd4bb7a6b93211676987');
INSERT INTO "roundtable_auditentry" VALUES(31,31,'2026-03-20 12:00:10','g3hvtiDW52NbnbKF','','merge person','GpIGgkgo6vue8uWh','','299335d5f799adfb47853e0355e9c0bea571fb3250c7fe5e872ea5b0760cf4d4');
INSERT INTO "roundtable_auditentry" VALUES(32,32,'2026-03-20 12:00:10','g3hvtiDW52NbnbKF','','merge organisation','','same-b → same-a','5b199319fff9103956ce2d06fddc9c147b6009bf9f4a59ddd2e131131c72f73d');
INSERT INTO "roundtable_auditentry" VALUES(33,33,'2026-03-02 12:00:00','ZJVzCIlXsI8iLehX','','consent given','zuD3ebRLDt9lg9Kl','sharing 1001 en owner','e40dd57e1ac8faf2966d572f6b6ca066d162ca26216d9b39332616f4ea971259');
INSERT INTO "roundtable_auditentry" VALUES(34,34,'2026-03-02 12:00:00','eFtLRYv2S8jnnNBa','','consent given','5YhltJzZ7p3ntp0Q','sharing 1002 en owner','1f121b314ee059eece1eb6d71ab81e20ebc975a748432323486269379cca7d66');
CREATE TABLE "roundtable_audithead" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "sequence" bigint unsigned NOT NULL CHECK ("sequence" >= 0), "chain_hash" varchar(64) NOT NULL, "pruned_through" bigint unsigned NOT NULL CHECK ("pruned_through" >= 0), "pruned_hash" varchar(64) NOT NULL);
INSERT INTO "roundtable_audithead" VALUES(1,34,'1f121b314ee059eece1eb6d71ab81e20ebc975a748432323486269379cca7d66',0,'0000000000000000000000000000000000000000000000000000000000000000');
CREATE TABLE "roundtable_auditkey" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "key" varchar(16) NOT NULL UNIQUE, "subject" varchar(60) NOT NULL UNIQUE, "signature" varchar(64) NOT NULL);
INSERT INTO "roundtable_auditkey" VALUES(1,'Izqy6sbFt4UWuJo7','participants.user:37','471ded0cc517bffd66d19d343c2c63afb41301b75bd25b11713f9a22902aca44');
INSERT INTO "roundtable_auditkey" VALUES(2,'8X1kJEY8grLImCqt','participants.user:38','f222b0ef127d98883b6b499e6dda08395c26bbdee15b97f1bfe78967ecddf1e3');
INSERT INTO "roundtable_auditkey" VALUES(3,'PY2GzGzKKKCSTTei','participants.user:72','f0beb0952682a243b29a08e5aa44f7b5b3719bc0218073f5ffab1c4efbc64fb4');
INSERT INTO "roundtable_auditkey" VALUES(4,'TRfpfZaYp6b0N9KA','participants.user:81','bbd24e269809b180b7611da4ab9b7c65e7ee9fc4850b1e81299c6797dc3f173d');
INSERT INTO "roundtable_auditkey" VALUES(5,'jksHN25ZLEL4ZGhl','participants.delegate:26','6772ebff4ee06ba235fd09417e5e67e12b73554ba32b18914c961a876e3e901a');
INSERT INTO "roundtable_auditkey" VALUES(6,'QQF3RvFDNU8j9lLZ','participants.user:83','cad0bb2b154e9facad62db6a1be0da1a0a37b9f69c515400fce1e3d5f49602d0');
INSERT INTO "roundtable_auditkey" VALUES(7,'rLUk4rp98WLllJ7e','participants.delegate:29','b5b0e10c9137d86562bd9fab35003a29a4ecdbf8dd043e2669dd1ad65f2fc233');
INSERT INTO "roundtable_auditkey" VALUES(8,'vnD3D6x8Qg321tL1','participants.user:85','4895d9e4b45c631534df19973d4e1aa63faafdc0558a0271354520efb222c03f');
INSERT INTO "roundtable_auditkey" VALUES(9,'8Cw32Gsdm2iUn8PH','participants.delegate:30','572526d07e93efe4251fd36f87d07ca89fd65374f05859b1ce69fe084944d6cf');
INSERT INTO "roundtable_auditkey" VALUES(10,'SUuJC20EeSXvsiVy','participants.user:87','9661ccabdf91bef0184806f986ea39644fa18191ef8c83e9dc173d86783c925a');
INSERT INTO "roundtable_auditkey" VALUES(11,'LY48gqnVydOi3HdJ','participants.delegate:31','ba5cc211566ddf83c7c9ac58edcce57e8f57129371a957a356fbddcca54686c9');
INSERT INTO "roundtable_auditkey" VALUES(12,'aXa8v8ZCwEI8PKm8','participants.user:89','b40c87b9d6763802620bd3342ca5e7ad2708414fe01fef27687095cea3f39fe3');
INSERT INTO "roundtable_auditkey" VALUES(13,'bLZy2Axff60ej2NP','participants.delegate:32','e1068241d40589cc2f0f79e4bd7db1b278f54633468397d4922f06a76560670b');
INSERT INTO "roundtable_auditkey" VALUES(17,'l4g3duL1TGBfca4i','participants.delegate:55','c8bdf49b46be852befd9b92b5dc0536f2760526005611a3baadb86fe427b7e32');
INSERT INTO "roundtable_auditkey" VALUES(18,'g3hvtiDW52NbnbKF','participants.user:35','3fc1d88ac4c2e3611f342e4a96ce749bc4932a2a83c6dc8584e9f30b83879bb7');
INSERT INTO "roundtable_auditkey" VALUES(19,'GpIGgkgo6vue8uWh','participants.delegate:54','3da9e658fa15052b85242f490e3e9a4923e86c68fc4154931b00eda39026b11b');
INSERT INTO "roundtable_auditkey" VALUES(20,'ZJVzCIlXsI8iLehX','participants.user:13','9b094112874c4653e80e3adbf3d3657b34b67c76aa473871ff59bff0d39b76b3');
INSERT INTO "roundtable_auditkey" VALUES(21,'zuD3ebRLDt9lg9Kl','participants.delegate:3','edcc1a32e9cf90862314c0cf0af27c8d5bc220ee1f3b72c9b746d45bc8d1c4ee');
INSERT INTO "roundtable_auditkey" VALUES(22,'eFtLRYv2S8jnnNBa','participants.user:91','0c5a929f132bb375523cec90f2efb65275ff44a42564d9667bceeafc07589521');
INSERT INTO "roundtable_auditkey" VALUES(23,'5YhltJzZ7p3ntp0Q','participants.delegate:33','2c54b77117bb8aff3f0ff0a90660361bd7658dcfbf2ba0b30b8727e03a28bac4');
CREATE TABLE "roundtable_event" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "code" varchar(12) NOT NULL UNIQUE, "slug" varchar(50) NOT NULL UNIQUE, "title" varchar(200) NOT NULL, "starts_on" date NOT NULL, "ends_on" date NOT NULL, "time_zone" varchar(64) NOT NULL, "city" varchar(100) NOT NULL, "country" varchar(2) NOT NULL, "venue" varchar(200) NOT NULL, "summary" text NOT NULL, "is_public" bool NOT NULL, "is_demonstration" bool NOT NULL, "source_title" varchar(300) NOT NULL, "source_url" varchar(200) NOT NULL, "source_retrieved_on" date NULL, "series_id" bigint NOT NULL REFERENCES "roundtable_series" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "event_ends_after_it_starts" CHECK ("ends_on" >= ("starts_on")), CONSTRAINT "event_code_uppercase" CHECK (("code" = (UPPER("code")) AND NOT ("code" = ''))), CONSTRAINT "event_has_slug" CHECK (NOT ("slug" = '')));
INSERT INTO "roundtable_event" VALUES(1,'BP2018','bali-process-2018','Government and Civil Society Roundtable','2018-05-14','2018-05-15','Asia/Bangkok','Bangkok','TH','','The first regional roundtable of governments and civil society in the Bali Process. In two days the participants agreed what makes their cooperation against human trafficking and labour exploitation work, and to share their contact details.',1,0,'Event page on baliprocess.net; page published by the hosts','',NULL,1);
INSERT INTO "roundtable_event" VALUES(2,'ZQEVENT','zq-event-slug','zq-event-title','2024-05-14','2024-05-15','Asia/Bangkok','zq-event-city','TH','zq-event-venue','zq-event-summary',1,0,'zq-event-source','https://example.org/zq-event-sourceurl',NULL,2);
INSERT INTO "roundtable_event" VALUES(3,'ZQOTHER','zq-other-slug','zq-other-title','2024-05-14','2024-05-15','Asia/Bangkok','zq-other-city','TH','zq-other-venue','zq-other-summary',1,0,'zq-other-source','https://example.org/zq-other-sourceurl',NULL,3);
INSERT INTO "roundtable_event" VALUES(4,'ZQHUSH','zq-hush-slug','zq-hush-title','2024-05-14','2024-05-15','Asia/Bangkok','zq-hush-city','TH','zq-hush-venue','zq-hush-summary',0,0,'zq-hush-source','https://example.org/zq-hush-sourceurl',NULL,4);
INSERT INTO "roundtable_event" VALUES(5,'DRAFTED','drafted','Drafted','2024-05-14','2024-05-15','Asia/Bangkok','','','','',1,0,'','',NULL,2);
INSERT INTO "roundtable_event" VALUES(6,'AG','agree','Roundtable 217','2024-05-14','2024-05-15','Asia/Bangkok','','','','',1,0,'','',NULL,5);
INSERT INTO "roundtable_event" VALUES(7,'AGR','agr','Roundtable 227','2024-05-14','2024-05-15','Asia/Bangkok','','','','',0,0,'','',NULL,6);
INSERT INTO "roundtable_event" VALUES(8,'ADO','ado','Roundtable 230','2024-05-14','2024-05-15','Asia/Bangkok','','','','',0,0,'','',NULL,7);
INSERT INTO "roundtable_event" VALUES(9,'EV233','event-233','Roundtable 233','2024-05-14','2024-05-15','Asia/Bangkok','','','','',1,0,'','',NULL,8);
INSERT INTO "roundtable_event" VALUES(10,'EV237','event-237','Roundtable 237','2024-05-14','2024-05-15','Asia/Bangkok','','','','',1,0,'','',NULL,9);
INSERT INTO "roundtable_event" VALUES(11,'EV247','event-247','Roundtable 247','2024-05-14','2024-05-15','Asia/Bangkok','','','','',1,0,'','',NULL,10);
INSERT INTO "roundtable_event" VALUES(12,'EV251','event-251','Roundtable 251','2024-05-14','2024-05-15','Asia/Bangkok','','','','',1,0,'','',NULL,11);
INSERT INTO "roundtable_event" VALUES(13,'EV255','event-255','Roundtable 255','2024-05-14','2024-05-15','Asia/Bangkok','','','','',1,0,'','',NULL,12);
INSERT INTO "roundtable_event" VALUES(14,'EV259','event-259','Roundtable 259','2024-05-14','2024-05-15','Asia/Bangkok','','','','',1,0,'','',NULL,13);
INSERT INTO "roundtable_event" VALUES(15,'EV263','event-263','Roundtable 263','2024-05-14','2024-05-15','Asia/Bangkok','','','','',1,0,'','',NULL,14);
INSERT INTO "roundtable_event" VALUES(16,'EV267','event-267','Roundtable 267','2024-05-14','2024-05-15','Asia/Bangkok','','','','',1,0,'','',NULL,15);
INSERT INTO "roundtable_event" VALUES(17,'EV304','event-304','Roundtable 304','2024-05-14','2024-05-15','Asia/Bangkok','','','','',1,0,'','',NULL,16);
INSERT INTO "roundtable_event" VALUES(18,'EV310','event-310','Roundtable 310','2024-05-14','2024-05-15','Asia/Bangkok','','','','',1,0,'','',NULL,17);
INSERT INTO "roundtable_event" VALUES(19,'EV316','event-316','Roundtable 316','2024-05-14','2024-05-15','Asia/Bangkok','','','','',1,0,'','',NULL,18);
INSERT INTO "roundtable_event" VALUES(20,'ANS','ans','Roundtable 332','2024-05-14','2024-05-15','Asia/Bangkok','','','','',1,0,'','',NULL,19);
CREATE TABLE "roundtable_historicalevent" ("id" bigint NOT NULL, "code" varchar(12) NOT NULL, "slug" varchar(50) NOT NULL, "title" varchar(200) NOT NULL, "starts_on" date NOT NULL, "ends_on" date NOT NULL, "time_zone" varchar(64) NOT NULL, "city" varchar(100) NOT NULL, "country" varchar(2) NOT NULL, "venue" varchar(200) NOT NULL, "summary" text NOT NULL, "is_public" bool NOT NULL, "is_demonstration" bool NOT NULL, "source_title" varchar(300) NOT NULL, "source_url" varchar(200) NOT NULL, "source_retrieved_on" date NULL, "history_user_id" bigint NULL, "history_id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "history_date" datetime NOT NULL, "history_change_reason" varchar(100) NULL, "history_type" varchar(1) NOT NULL, "series_id" bigint NULL);
INSERT INTO "roundtable_historicalevent" VALUES(1,'BP2018','bali-process-2018','Government and Civil Society Roundtable','2018-05-14','2018-05-15','Asia/Bangkok','Bangkok','TH','','The first regional roundtable of governments and civil society in the Bali Process. In two days the participants agreed what makes their cooperation against human trafficking and labour exploitation work, and to share their contact details.',1,0,'Event page on baliprocess.net; page published by the hosts','',NULL,NULL,1,'2026-03-20 12:00:10',NULL,'+',1);
INSERT INTO "roundtable_historicalevent" VALUES(2,'ZQEVENT','zq-event-slug','zq-event-title','2024-05-14','2024-05-15','Asia/Bangkok','zq-event-city','TH','zq-event-venue','zq-event-summary',1,0,'zq-event-source','https://example.org/zq-event-sourceurl',NULL,NULL,2,'2026-03-20 12:00:10',NULL,'+',2);
INSERT INTO "roundtable_historicalevent" VALUES(3,'ZQOTHER','zq-other-slug','zq-other-title','2024-05-14','2024-05-15','Asia/Bangkok','zq-other-city','TH','zq-other-venue','zq-other-summary',1,0,'zq-other-source','https://example.org/zq-other-sourceurl',NULL,NULL,3,'2026-03-20 12:00:10',NULL,'+',3);
INSERT INTO "roundtable_historicalevent" VALUES(4,'ZQHUSH','zq-hush-slug','zq-hush-title','2024-05-14','2024-05-15','Asia/Bangkok','zq-hush-city','TH','zq-hush-venue','zq-hush-summary',0,0,'zq-hush-source','https://example.org/zq-hush-sourceurl',NULL,NULL,4,'2026-03-20 12:00:10',NULL,'+',4);
INSERT INTO "roundtable_historicalevent" VALUES(5,'DRAFTED','drafted','Drafted','2024-05-14','2024-05-15','Asia/Bangkok','','','','',1,0,'','',NULL,NULL,5,'2026-03-20 12:00:10',NULL,'+',2);
INSERT INTO "roundtable_historicalevent" VALUES(6,'AG','agree','Roundtable 217','2024-05-14','2024-05-15','Asia/Bangkok','','','','',0,0,'','',NULL,NULL,6,'2026-03-20 12:00:10',NULL,'+',5);
INSERT INTO "roundtable_historicalevent" VALUES(6,'AG','agree','Roundtable 217','2024-05-14','2024-05-15','Asia/Bangkok','','','','',1,0,'','',NULL,NULL,7,'2026-03-20 12:00:10',NULL,'~',5);
INSERT INTO "roundtable_historicalevent" VALUES(7,'AGR','agr','Roundtable 227','2024-05-14','2024-05-15','Asia/Bangkok','','','','',0,0,'','',NULL,NULL,8,'2026-03-20 12:00:10',NULL,'+',6);
INSERT INTO "roundtable_historicalevent" VALUES(8,'ADO','ado','Roundtable 230','2024-05-14','2024-05-15','Asia/Bangkok','','','','',0,0,'','',NULL,NULL,9,'2026-03-20 12:00:10',NULL,'+',7);
INSERT INTO "roundtable_historicalevent" VALUES(9,'EV233','event-233','Roundtable 233','2024-05-14','2024-05-15','Asia/Bangkok','','','','',1,0,'','',NULL,NULL,10,'2026-03-20 12:00:10',NULL,'+',8);
INSERT INTO "roundtable_historicalevent" VALUES(10,'EV237','event-237','Roundtable 237','2024-05-14','2024-05-15','Asia/Bangkok','','','','',1,0,'','',NULL,NULL,11,'2026-03-20 12:00:10',NULL,'+',9);
INSERT INTO "roundtable_historicalevent" VALUES(11,'EV247','event-247','Roundtable 247','2024-05-14','2024-05-15','Asia/Bangkok','','','','',1,0,'','',NULL,NULL,12,'2026-03-20 12:00:10',NULL,'+',10);
INSERT INTO "roundtable_historicalevent" VALUES(12,'EV251','event-251','Roundtable 251','2024-05-14','2024-05-15','Asia/Bangkok','','','','',1,0,'','',NULL,NULL,13,'2026-03-20 12:00:10',NULL,'+',11);
INSERT INTO "roundtable_historicalevent" VALUES(13,'EV255','event-255','Roundtable 255','2024-05-14','2024-05-15','Asia/Bangkok','','','','',1,0,'','',NULL,NULL,14,'2026-03-20 12:00:10',NULL,'+',12);
INSERT INTO "roundtable_historicalevent" VALUES(14,'EV259','event-259','Roundtable 259','2024-05-14','2024-05-15','Asia/Bangkok','','','','',1,0,'','',NULL,NULL,15,'2026-03-20 12:00:10',NULL,'+',13);
INSERT INTO "roundtable_historicalevent" VALUES(15,'EV263','event-263','Roundtable 263','2024-05-14','2024-05-15','Asia/Bangkok','','','','',1,0,'','',NULL,NULL,16,'2026-03-20 12:00:10',NULL,'+',14);
INSERT INTO "roundtable_historicalevent" VALUES(16,'EV267','event-267','Roundtable 267','2024-05-14','2024-05-15','Asia/Bangkok','','','','',1,0,'','',NULL,NULL,17,'2026-03-20 12:00:10',NULL,'+',15);
INSERT INTO "roundtable_historicalevent" VALUES(17,'EV304','event-304','Roundtable 304','2024-05-14','2024-05-15','Asia/Bangkok','','','','',1,0,'','',NULL,NULL,18,'2026-03-20 12:00:10',NULL,'+',16);
INSERT INTO "roundtable_historicalevent" VALUES(18,'EV310','event-310','Roundtable 310','2024-05-14','2024-05-15','Asia/Bangkok','','','','',1,0,'','',NULL,NULL,19,'2026-03-20 12:00:10',NULL,'+',17);
INSERT INTO "roundtable_historicalevent" VALUES(19,'EV316','event-316','Roundtable 316','2024-05-14','2024-05-15','Asia/Bangkok','','','','',1,0,'','',NULL,NULL,20,'2026-03-20 12:00:10',NULL,'+',18);
INSERT INTO "roundtable_historicalevent" VALUES(20,'ANS','ans','Roundtable 332','2024-05-14','2024-05-15','Asia/Bangkok','','','','',1,0,'','',NULL,NULL,21,'2026-03-20 12:00:10',NULL,'+',19);
CREATE TABLE "roundtable_idempotencykey" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "key" varchar(64) NOT NULL UNIQUE, "answered_at" datetime NOT NULL, "request_digest" varchar(64) NOT NULL, "redirect_to" text NOT NULL);
INSERT INTO "roundtable_idempotencykey" VALUES(1,'kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk','2026-03-20 12:00:10','rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr','/me/');
CREATE TABLE "roundtable_mailbatch" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "action" varchar(10) NOT NULL, "created_at" datetime NOT NULL, "send_after" datetime NOT NULL, "cancelled_at" datetime NULL, "event_id" bigint NOT NULL REFERENCES "roundtable_event" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "batch_cancelled_before_sending" CHECK (("cancelled_at" IS NULL OR "cancelled_at" < ("send_after"))));
INSERT INTO "roundtable_mailbatch" VALUES(1,'invite','2026-03-20 12:00:10','2026-03-20 12:10:10',NULL,6);
INSERT INTO "roundtable_mailbatch" VALUES(2,'remind','2026-03-20 12:00:10','2026-03-20 12:10:10',NULL,6);
INSERT INTO "roundtable_mailbatch" VALUES(3,'invite','2026-03-20 12:00:10','2026-03-20 12:10:10','2026-03-20 12:00:10',6);
CREATE TABLE "roundtable_migration_hash" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "app" varchar(100) NOT NULL, "name" varchar(255) NOT NULL, "sha256" varchar(64) NOT NULL);
INSERT INTO "roundtable_migration_hash" VALUES(1,'roundtable','0001_initial','1791c99232d80f99adac14874d4c74a70aa5848a48e7f198af74b3f6f7c86e8e');
INSERT INTO "roundtable_migration_hash" VALUES(2,'participants','0001_initial','8731dd6f9d44e9232d2abb5cc0c73b2a28efb9fa689b787342df71ad69206920');
INSERT INTO "roundtable_migration_hash" VALUES(3,'outcomes','0001_initial','3c27abc01c9b13034d33eb35cd5c49c533ea5aac57da4bc456b42cb360682fd0');
CREATE TABLE "roundtable_queuedemail" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "dedup_key" varchar(200) NOT NULL UNIQUE, "recipient" varchar(254) NOT NULL, "subject" varchar(200) NOT NULL, "text" text NOT NULL, "html" text NOT NULL, "unsubscribe_url" varchar(500) NOT NULL, "queued_at" datetime NOT NULL, "send_before" datetime NULL, "attempts" smallint unsigned NOT NULL CHECK ("attempts" >= 0), "claimed_at" datetime NULL, "done_at" datetime NULL, "is_sent" bool NOT NULL, "batch_id" bigint NULL REFERENCES "roundtable_mailbatch" ("id") DEFERRABLE INITIALLY DEFERRED);
INSERT INTO "roundtable_queuedemail" VALUES(1,'circulated 3 21','sari@example.org','A text to agree on','The co-chairs of Roundtable 217 ask your organisation whether it agrees to a text.
You may answer until 9 March 2026, 19:00 (Asia/Bangkok). If your organisation says nothing until then, it has agreed.

Read it and answer:
https://portal.example.org/me/texts/3/

----
Roundtable sends this: the portal of a meeting and of what it agreed.
You get it because you speak for an organisation that took part.

Hide everything about me now:
https://portal.example.org/hide/WyI0N3Q3OXJ2dWt2IiwiZGQ2ZDk0MDExYTE1OTY2OGE1MDEiLDBd:1w3YWQ:TswGEn6E4L5Uyp98S7SYgbcXJb9luvPXV5EWE6ZS6yU/
','<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Roundtable</title>
</head>
<body>
<h1>A text to agree on</h1>
<p>The co-chairs of Roundtable 217 ask your organisation whether it agrees to a text.</p><p>You may answer until 9 March 2026, 19:00 (Asia/Bangkok). If your organisation says nothing until then, it has agreed.</p><p><a href="https://portal.example.org/me/texts/3/">Read it and answer</a></p>
<hr>
<p><small>Roundtable sends this: the portal of a meeting and of what it agreed. You get it because you speak for an organisation that took part.</small></p>
<p><small><a href="https://portal.example.org/hide/WyI0N3Q3OXJ2dWt2IiwiZGQ2ZDk0MDExYTE1OTY2OGE1MDEiLDBd:1w3YWQ:TswGEn6E4L5Uyp98S7SYgbcXJb9luvPXV5EWE6ZS6yU/">Hide everything about me now</a>: nobody sees you in the portal any more, until you say otherwise.</small></p>
</body>
</html>
','','2026-03-02 12:00:00',NULL,0,NULL,NULL,0,NULL);
INSERT INTO "roundtable_queuedemail" VALUES(2,'circulated 4 21','sari@example.org','A text to agree on','The co-chairs of Roundtable 217 ask your organisation whether it agrees to a text.
You may answer until 12 March 2026, 20:00 (Asia/Bangkok). If your organisation says nothing until then, it has agreed.

Read it and answer:
https://portal.example.org/me/texts/4/

----
Roundtable sends this: the portal of a meeting and of what it agreed.
You get it because you speak for an organisation that took part.

Hide everything about me now:
https://portal.example.org/hide/WyI0N3Q3OXJ2dWt2IiwiZGQ2ZDk0MDExYTE1OTY2OGE1MDEiLDBd:1w3YWQ:TswGEn6E4L5Uyp98S7SYgbcXJb9luvPXV5EWE6ZS6yU/
','<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Roundtable</title>
</head>
<body>
<h1>A text to agree on</h1>
<p>The co-chairs of Roundtable 217 ask your organisation whether it agrees to a text.</p><p>You may answer until 12 March 2026, 20:00 (Asia/Bangkok). If your organisation says nothing until then, it has agreed.</p><p><a href="https://portal.example.org/me/texts/4/">Read it and answer</a></p>
<hr>
<p><small>Roundtable sends this: the portal of a meeting and of what it agreed. You get it because you speak for an organisation that took part.</small></p>
<p><small><a href="https://portal.example.org/hide/WyI0N3Q3OXJ2dWt2IiwiZGQ2ZDk0MDExYTE1OTY2OGE1MDEiLDBd:1w3YWQ:TswGEn6E4L5Uyp98S7SYgbcXJb9luvPXV5EWE6ZS6yU/">Hide everything about me now</a>: nobody sees you in the portal any more, until you say otherwise.</small></p>
</body>
</html>
','','2026-03-09 13:00:00',NULL,0,NULL,NULL,0,NULL);
INSERT INTO "roundtable_queuedemail" VALUES(3,'handover:1:37','indonesia@example.org','A commitment needs somebody to ask','The focal point of a party to AG-C361 has given the task back. Whom that person suggests stands at the co-chairs'' desk, beside the party; there you can ask somebody else:

https://portal.example.org/admin/outcomes/commitment/18/change/

----
Roundtable sends this: the portal of a meeting and of what it agreed.
You get it because you are a co-chair.
','<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Roundtable</title>
</head>
<body>
<h1>A commitment needs somebody to ask</h1>
<p>The focal point of a party to AG-C361 has given the task back. Whom that person suggests stands at the co-chairs'' desk, beside the party; there you can ask somebody else:</p>
<p><a href="https://portal.example.org/admin/outcomes/commitment/18/change/">https://portal.example.org/admin/outcomes/commitment/18/change/</a></p>
<hr>
<p><small>Roundtable sends this: the portal of a meeting and of what it agreed. You get it because you are a co-chair.</small></p>
</body>
</html>
','','2026-03-20 12:00:10',NULL,0,NULL,NULL,0,NULL);
INSERT INTO "roundtable_queuedemail" VALUES(4,'handover:1:38','australia@example.org','A commitment needs somebody to ask','The focal point of a party to AG-C361 has given the task back. Whom that person suggests stands at the co-chairs'' desk, beside the party; there you can ask somebody else:

https://portal.example.org/admin/outcomes/commitment/18/change/

----
Roundtable sends this: the portal of a meeting and of what it agreed.
You get it because you are a co-chair.
','<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Roundtable</title>
</head>
<body>
<h1>A commitment needs somebody to ask</h1>
<p>The focal point of a party to AG-C361 has given the task back. Whom that person suggests stands at the co-chairs'' desk, beside the party; there you can ask somebody else:</p>
<p><a href="https://portal.example.org/admin/outcomes/commitment/18/change/">https://portal.example.org/admin/outcomes/commitment/18/change/</a></p>
<hr>
<p><small>Roundtable sends this: the portal of a meeting and of what it agreed. You get it because you are a co-chair.</small></p>
</body>
</html>
','','2026-03-20 12:00:10',NULL,0,NULL,NULL,0,NULL);
INSERT INTO "roundtable_queuedemail" VALUES(5,'pause 31 2026-03-20:37','indonesia@example.org','A profile was paused','Somebody who took part in Roundtable 217 paused their profile. Nobody sees anything of it until that person shows it again.

You need not do anything. Whose profile it is and why is not told, so that nobody is put at risk. Please do not ask around.

----
Roundtable sends this: the portal of a meeting and of what it agreed.
You get it because you are a co-chair.
','<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Roundtable</title>
</head>
<body>
<h1>A profile was paused</h1>
<p>Somebody who took part in Roundtable 217 paused their profile. Nobody sees anything of it until that person shows it again.</p>
<p>You need not do anything. Whose profile it is and why is not told, so that nobody is put at risk. Please do not ask around.</p>
<hr>
<p><small>Roundtable sends this: the portal of a meeting and of what it agreed. You get it because you are a co-chair.</small></p>
</body>
</html>
','','2026-03-20 12:00:10',NULL,0,NULL,NULL,0,NULL);
INSERT INTO "roundtable_queuedemail" VALUES(6,'pause 31 2026-03-20:38','australia@example.org','A profile was paused','Somebody who took part in Roundtable 217 paused their profile. Nobody sees anything of it until that person shows it again.

You need not do anything. Whose profile it is and why is not told, so that nobody is put at risk. Please do not ask around.

----
Roundtable sends this: the portal of a meeting and of what it agreed.
You get it because you are a co-chair.
','<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Roundtable</title>
</head>
<body>
<h1>A profile was paused</h1>
<p>Somebody who took part in Roundtable 217 paused their profile. Nobody sees anything of it until that person shows it again.</p>
<p>You need not do anything. Whose profile it is and why is not told, so that nobody is put at risk. Please do not ask around.</p>
<hr>
<p><small>Roundtable sends this: the portal of a meeting and of what it agreed. You get it because you are a co-chair.</small></p>
</body>
</html>
','','2026-03-20 12:00:10',NULL,0,NULL,NULL,0,NULL);
INSERT INTO "roundtable_queuedemail" VALUES(7,'list 1 asked:37','indonesia@example.org','A list of participants is asked for','A co-chair asks for the list of participants of “Roundtable 217”. One who acts for another organisation has to agree. Who asks, and what for, stands at the desk.

https://portal.example.org/admin/participants/participantlist/

----
Roundtable sends this: the portal of a meeting and of what it agreed.
You get it because you are a co-chair.
','<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Roundtable</title>
</head>
<body>
<h1>A list of participants is asked for</h1>
<p>A co-chair asks for the list of participants of “Roundtable 217”. One who acts for another organisation has to agree. Who asks, and what for, stands at the desk.</p>
<p><a href="https://portal.example.org/admin/participants/participantlist/">Look at the desk</a></p>
<hr>
<p><small>Roundtable sends this: the portal of a meeting and of what it agreed. You get it because you are a co-chair.</small></p>
</body>
</html>
','','2026-03-20 12:00:10',NULL,0,NULL,NULL,0,NULL);
INSERT INTO "roundtable_queuedemail" VALUES(8,'list 1 asked:38','australia@example.org','A list of participants is asked for','A co-chair asks for the list of participants of “Roundtable 217”. One who acts for another organisation has to agree. Who asks, and what for, stands at the desk.

https://portal.example.org/admin/participants/participantlist/

----
Roundtable sends this: the portal of a meeting and of what it agreed.
You get it because you are a co-chair.
','<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Roundtable</title>
</head>
<body>
<h1>A list of participants is asked for</h1>
<p>A co-chair asks for the list of participants of “Roundtable 217”. One who acts for another organisation has to agree. Who asks, and what for, stands at the desk.</p>
<p><a href="https://portal.example.org/admin/participants/participantlist/">Look at the desk</a></p>
<hr>
<p><small>Roundtable sends this: the portal of a meeting and of what it agreed. You get it because you are a co-chair.</small></p>
</body>
</html>
','','2026-03-20 12:00:10',NULL,0,NULL,NULL,0,NULL);
INSERT INTO "roundtable_queuedemail" VALUES(9,'list 2 asked:37','indonesia@example.org','A list of participants is asked for','A co-chair asks for the list of participants of “Roundtable 217”. One who acts for another organisation has to agree. Who asks, and what for, stands at the desk.

https://portal.example.org/admin/participants/participantlist/

----
Roundtable sends this: the portal of a meeting and of what it agreed.
You get it because you are a co-chair.
','<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Roundtable</title>
</head>
<body>
<h1>A list of participants is asked for</h1>
<p>A co-chair asks for the list of participants of “Roundtable 217”. One who acts for another organisation has to agree. Who asks, and what for, stands at the desk.</p>
<p><a href="https://portal.example.org/admin/participants/participantlist/">Look at the desk</a></p>
<hr>
<p><small>Roundtable sends this: the portal of a meeting and of what it agreed. You get it because you are a co-chair.</small></p>
</body>
</html>
','','2026-03-20 12:00:10',NULL,0,NULL,NULL,0,NULL);
INSERT INTO "roundtable_queuedemail" VALUES(10,'list 2 asked:38','australia@example.org','A list of participants is asked for','A co-chair asks for the list of participants of “Roundtable 217”. One who acts for another organisation has to agree. Who asks, and what for, stands at the desk.

https://portal.example.org/admin/participants/participantlist/

----
Roundtable sends this: the portal of a meeting and of what it agreed.
You get it because you are a co-chair.
','<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Roundtable</title>
</head>
<body>
<h1>A list of participants is asked for</h1>
<p>A co-chair asks for the list of participants of “Roundtable 217”. One who acts for another organisation has to agree. Who asks, and what for, stands at the desk.</p>
<p><a href="https://portal.example.org/admin/participants/participantlist/">Look at the desk</a></p>
<hr>
<p><small>Roundtable sends this: the portal of a meeting and of what it agreed. You get it because you are a co-chair.</small></p>
</body>
</html>
','','2026-03-20 12:00:10',NULL,0,NULL,NULL,0,NULL);
INSERT INTO "roundtable_queuedemail" VALUES(11,'list 2 decided:0','australia@example.org','Your request for a list of participants','Another co-chair of “Roundtable 217” agreed that you get the list of participants. Fetch it at the desk until 27 March 2026, 12:00 (UTC). It is for you alone.

https://portal.example.org/admin/participants/participantlist/2/change/

----
Roundtable sends this: the portal of a meeting and of what it agreed.
You get it because you asked for it.
','<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Roundtable</title>
</head>
<body>
<h1>Your request for a list of participants</h1>
<p>Another co-chair of “Roundtable 217” agreed that you get the list of participants. Fetch it at the desk until 27 March 2026, 12:00 (UTC). It is for you alone.</p>
<p><a href="https://portal.example.org/admin/participants/participantlist/2/change/">Look at the desk</a></p>
<hr>
<p><small>Roundtable sends this: the portal of a meeting and of what it agreed. You get it because you asked for it.</small></p>
</body>
</html>
','','2026-03-20 12:00:10',NULL,0,NULL,NULL,0,NULL);
INSERT INTO "roundtable_queuedemail" VALUES(12,'fresh:QgJt4RsWNiHuuAhshlxZnIOoBLzYYAwE','','','','','','2026-03-20 12:00:10',NULL,1,NULL,'2026-03-20 12:00:10',0,NULL);
INSERT INTO "roundtable_queuedemail" VALUES(13,'fresh:FmwGsend02vIkxv3gm3pLboSwYRV63jG','','','','','','2026-03-20 12:00:10',NULL,1,NULL,'2026-03-20 12:00:10',1,NULL);
INSERT INTO "roundtable_queuedemail" VALUES(14,'fresh:USdzatJW6qHclp6ZH2YnXMiyMpnP1J1W','reader2@example.org','Done as you asked','Everything about you is erased from the portal, as you asked. You cannot sign in any more.

Was it not you? Tell a co-chair: you can be invited again.

----
Roundtable sends this: the portal of a meeting and of what it agreed.
It is the last mail; the portal does not know this address any more.
','<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Roundtable</title>
</head>
<body>
<h1>Done as you asked</h1>
<p>Everything about you is erased from the portal, as you asked. You cannot sign in any more.</p>
<p>Was it not you? Tell a co-chair: you can be invited again.</p>
<hr>
<p><small>Roundtable sends this: the portal of a meeting and of what it agreed. It is the last mail; the portal does not know this address any more.</small></p>
</body>
</html>
','','2026-03-20 12:00:10',NULL,1,'2026-03-20 12:00:10',NULL,0,NULL);
INSERT INTO "roundtable_queuedemail" VALUES(15,'fresh:OWiH6tALg6tLlv9TeCyozQZUFvl2eLGf','reader3@example.org','Done as you asked','Everything about you is erased from the portal, as you asked. You cannot sign in any more.

Was it not you? Tell a co-chair: you can be invited again.

----
Roundtable sends this: the portal of a meeting and of what it agreed.
It is the last mail; the portal does not know this address any more.
','<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Roundtable</title>
</head>
<body>
<h1>Done as you asked</h1>
<p>Everything about you is erased from the portal, as you asked. You cannot sign in any more.</p>
<p>Was it not you? Tell a co-chair: you can be invited again.</p>
<hr>
<p><small>Roundtable sends this: the portal of a meeting and of what it agreed. It is the last mail; the portal does not know this address any more.</small></p>
</body>
</html>
','','2026-03-20 12:00:10',NULL,0,NULL,NULL,0,NULL);
INSERT INTO "roundtable_queuedemail" VALUES(16,'fresh:stD2BNayEiBKQFiDKQqN4vzwa61ft8rM','held@example.org','Done as you asked','Everything about you is erased from the portal, as you asked. You cannot sign in any more.

Was it not you? Tell a co-chair: you can be invited again.

----
Roundtable sends this: the portal of a meeting and of what it agreed.
It is the last mail; the portal does not know this address any more.
','<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Roundtable</title>
</head>
<body>
<h1>Done as you asked</h1>
<p>Everything about you is erased from the portal, as you asked. You cannot sign in any more.</p>
<p>Was it not you? Tell a co-chair: you can be invited again.</p>
<hr>
<p><small>Roundtable sends this: the portal of a meeting and of what it agreed. It is the last mail; the portal does not know this address any more.</small></p>
</body>
</html>
','','2026-03-20 12:00:10',NULL,0,NULL,NULL,0,1);
INSERT INTO "roundtable_queuedemail" VALUES(17,'fresh:mYy3sEEs1cJ86LSJGruOYhnTNJUX6hun','held@example.org','Done as you asked','Everything about you is erased from the portal, as you asked. You cannot sign in any more.

Was it not you? Tell a co-chair: you can be invited again.

----
Roundtable sends this: the portal of a meeting and of what it agreed.
It is the last mail; the portal does not know this address any more.
','<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Roundtable</title>
</head>
<body>
<h1>Done as you asked</h1>
<p>Everything about you is erased from the portal, as you asked. You cannot sign in any more.</p>
<p>Was it not you? Tell a co-chair: you can be invited again.</p>
<hr>
<p><small>Roundtable sends this: the portal of a meeting and of what it agreed. It is the last mail; the portal does not know this address any more.</small></p>
</body>
</html>
','','2026-03-20 12:00:10',NULL,0,NULL,NULL,0,2);
CREATE TABLE "roundtable_series" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "slug" varchar(50) NOT NULL UNIQUE, "name" varchar(200) NOT NULL, "site" varchar(200) NOT NULL);
INSERT INTO "roundtable_series" VALUES(1,'bali-process','Bali Process on People Smuggling, Trafficking in Persons and Related Transnational Crime','https://www.baliprocess.net/');
INSERT INTO "roundtable_series" VALUES(2,'series-2','zq-event-series','');
INSERT INTO "roundtable_series" VALUES(3,'series-13','zq-other-series','');
INSERT INTO "roundtable_series" VALUES(4,'series-24','zq-hush-series','');
INSERT INTO "roundtable_series" VALUES(5,'series-218','Series 218','');
INSERT INTO "roundtable_series" VALUES(6,'series-228','Series 228','');
INSERT INTO "roundtable_series" VALUES(7,'series-231','Series 231','');
INSERT INTO "roundtable_series" VALUES(8,'series-234','Series 234','');
INSERT INTO "roundtable_series" VALUES(9,'series-238','Series 238','');
INSERT INTO "roundtable_series" VALUES(10,'series-248','Series 248','');
INSERT INTO "roundtable_series" VALUES(11,'series-252','Series 252','');
INSERT INTO "roundtable_series" VALUES(12,'series-256','Series 256','');
INSERT INTO "roundtable_series" VALUES(13,'series-260','Series 260','');
INSERT INTO "roundtable_series" VALUES(14,'series-264','Series 264','');
INSERT INTO "roundtable_series" VALUES(15,'series-268','Series 268','');
INSERT INTO "roundtable_series" VALUES(16,'series-305','Series 305','');
INSERT INTO "roundtable_series" VALUES(17,'series-311','Series 311','');
INSERT INTO "roundtable_series" VALUES(18,'series-317','Series 317','');
INSERT INTO "roundtable_series" VALUES(19,'series-333','Series 333','');
CREATE TABLE "usersessions_usersession" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "created_at" datetime NOT NULL, "ip" char(39) NOT NULL, "last_seen_at" datetime NOT NULL, "session_key" varchar(40) NOT NULL UNIQUE, "user_agent" varchar(200) NOT NULL, "data" text NOT NULL CHECK ((JSON_VALID("data") OR "data" IS NULL)), "user_id" bigint NOT NULL REFERENCES "participants_user" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE UNIQUE INDEX "roundtable_migration_hash_app_name_6cfb5f22_uniq" ON "roundtable_migration_hash" ("app", "name");
CREATE INDEX "roundtable_idempotencykey_answered_at_e006e76d" ON "roundtable_idempotencykey" ("answered_at");
CREATE INDEX "audit_of_whom" ON "roundtable_auditentry" ("subject", "at");
CREATE INDEX "audit_by_whom" ON "roundtable_auditentry" ("actor", "at");
CREATE INDEX "roundtable_queuedemail_batch_id_4babb9c9" ON "roundtable_queuedemail" ("batch_id");
CREATE INDEX "roundtable_historicalevent_id_af7a4ee7" ON "roundtable_historicalevent" ("id");
CREATE INDEX "roundtable_historicalevent_code_40ba81ed" ON "roundtable_historicalevent" ("code");
CREATE INDEX "roundtable_historicalevent_slug_3ea2ce15" ON "roundtable_historicalevent" ("slug");
CREATE INDEX "roundtable_historicalevent_history_date_d96d4dd6" ON "roundtable_historicalevent" ("history_date");
CREATE INDEX "roundtable_historicalevent_series_id_bb4ac9c8" ON "roundtable_historicalevent" ("series_id");
CREATE INDEX "roundtable_mailbatch_send_after_2680fc06" ON "roundtable_mailbatch" ("send_after");
CREATE INDEX "roundtable_mailbatch_event_id_2f63679c" ON "roundtable_mailbatch" ("event_id");
CREATE INDEX "roundtable_event_series_id_abdbbef5" ON "roundtable_event" ("series_id");
CREATE INDEX "participants_historicalorganisation_id_450ef56f" ON "participants_historicalorganisation" ("id");
CREATE INDEX "participants_historicalorganisation_slug_826d122f" ON "participants_historicalorganisation" ("slug");
CREATE INDEX "participants_historicalorganisation_history_date_abda6e45" ON "participants_historicalorganisation" ("history_date");
CREATE UNIQUE INDEX "user_email_unique_case_insensitive" ON "participants_user" ((LOWER("email")));
CREATE INDEX "participants_handleredirect_delegate_id_d21f5466" ON "participants_handleredirect" ("delegate_id");
CREATE INDEX "participants_slugredirect_organisation_id_cd6763f9" ON "participants_slugredirect" ("organisation_id");
CREATE INDEX "participants_contactchannel_delegate_id_d0b0ba17" ON "participants_contactchannel" ("delegate_id");
CREATE INDEX "participants_consent_notice_id_c298311a" ON "participants_consent" ("notice_id");
CREATE INDEX "participants_consent_delegate_id_630e67ba" ON "participants_consent" ("delegate_id");
CREATE INDEX "participants_delegatelanguage_delegate_id_070290b6" ON "participants_delegatelanguage" ("delegate_id");
CREATE INDEX "participants_factorreset_approved_by_id_d0839b93" ON "participants_factorreset" ("approved_by_id");
CREATE INDEX "participants_factorreset_requested_by_id_c220f2f4" ON "participants_factorreset" ("requested_by_id");
CREATE INDEX "participants_factorreset_user_id_0007a84b" ON "participants_factorreset" ("user_id");
CREATE UNIQUE INDEX "factor_reset_one_open" ON "participants_factorreset" ("user_id") WHERE "approved_at" IS NULL;
CREATE INDEX "participants_introduction_first_id_2ec1f7ec" ON "participants_introduction" ("first_id");
CREATE INDEX "participants_introduction_proposed_by_id_1e26c938" ON "participants_introduction" ("proposed_by_id");
CREATE INDEX "participants_introduction_second_id_e0605d40" ON "participants_introduction" ("second_id");
CREATE UNIQUE INDEX "introduction_one_at_a_time" ON "participants_introduction" ((MIN("first_id", "second_id")), (MAX("first_id", "second_id")), "proposed_by_id") WHERE ("first_ended_at" IS NULL AND "second_ended_at" IS NULL);
CREATE INDEX "participants_invitation_delegate_id_e71d07fc" ON "participants_invitation" ("delegate_id");
CREATE INDEX "participants_invitation_event_id_613da13d" ON "participants_invitation" ("event_id");
CREATE INDEX "participants_invitation_invited_by_id_77d37a58" ON "participants_invitation" ("invited_by_id");
CREATE UNIQUE INDEX "invitation_one_open" ON "participants_invitation" ("delegate_id", "event_id") WHERE ("answered_at" IS NULL AND "revoked_at" IS NULL);
CREATE INDEX "participants_invitationrequest_decided_by_id_94951909" ON "participants_invitationrequest" ("decided_by_id");
CREATE INDEX "participants_invitationrequest_event_id_5bb48b11" ON "participants_invitationrequest" ("event_id");
CREATE INDEX "participants_grant_event_id_cc0d2edd" ON "participants_grant" ("event_id");
CREATE INDEX "participants_grant_user_id_3a0956e7" ON "participants_grant" ("user_id");
CREATE INDEX "participants_grant_on_behalf_of_id_6b9e0de0" ON "participants_grant" ("on_behalf_of_id");
CREATE INDEX "participants_eventrole_event_id_70e8d015" ON "participants_eventrole" ("event_id");
CREATE INDEX "participants_eventrole_organisation_id_0dc98e85" ON "participants_eventrole" ("organisation_id");
CREATE INDEX "participants_audienceexception_channel_id_2dc405dc" ON "participants_audienceexception" ("channel_id");
CREATE INDEX "participants_audienceexception_delegate_id_5e6d8d9c" ON "participants_audienceexception" ("delegate_id");
CREATE INDEX "participants_audienceexception_organisation_id_7f206737" ON "participants_audienceexception" ("organisation_id");
CREATE UNIQUE INDEX "exception_unique" ON "participants_audienceexception" ("delegate_id", (COALESCE("channel_id", 0)), (COALESCE("organisation_id", 0)), "country", "constituency");
CREATE INDEX "participants_affiliation_delegate_id_3b915c4a" ON "participants_affiliation" ("delegate_id");
CREATE INDEX "participants_affiliation_organisation_id_f7b214ba" ON "participants_affiliation" ("organisation_id");
CREATE INDEX "participants_participantlist_decided_by_id_0f6add6b" ON "participants_participantlist" ("decided_by_id");
CREATE INDEX "participants_participantlist_event_id_0fad5a2f" ON "participants_participantlist" ("event_id");
CREATE INDEX "participants_participantlist_requested_by_id_c343a39b" ON "participants_participantlist" ("requested_by_id");
CREATE INDEX "participants_participation_confirmed_by_id_31c87d8d" ON "participants_participation" ("confirmed_by_id");
CREATE INDEX "participants_participation_delegate_id_073d7be1" ON "participants_participation" ("delegate_id");
CREATE INDEX "participants_participation_event_id_cbe03b11" ON "participants_participation" ("event_id");
CREATE INDEX "participants_participation_organisation_id_326f679c" ON "participants_participation" ("organisation_id");
CREATE INDEX "participants_recordedcount_event_id_72fa02a3" ON "participants_recordedcount" ("event_id");
CREATE INDEX "participants_retentionaction_delegate_id_669f56d8" ON "participants_retentionaction" ("delegate_id");
CREATE INDEX "participants_revealbudget_user_id_b693ab1a" ON "participants_revealbudget" ("user_id");
CREATE INDEX "account_emailconfirmation_email_address_id_5b7f8c58" ON "account_emailconfirmation" ("email_address_id");
CREATE UNIQUE INDEX "account_emailaddress_user_id_email_987c8728_uniq" ON "account_emailaddress" ("user_id", "email");
CREATE UNIQUE INDEX "unique_verified_email" ON "account_emailaddress" ("email") WHERE "verified";
CREATE INDEX "account_emailaddress_user_id_2c513194" ON "account_emailaddress" ("user_id");
CREATE INDEX "account_emailaddress_email_03be32b2" ON "account_emailaddress" ("email");
CREATE UNIQUE INDEX "unique_primary_email" ON "account_emailaddress" ("user_id", "primary") WHERE "primary";
CREATE INDEX "django_admin_log_content_type_id_c4bce8eb" ON "django_admin_log" ("content_type_id");
CREATE INDEX "django_admin_log_user_id_c564eba6" ON "django_admin_log" ("user_id");
CREATE UNIQUE INDEX "django_content_type_app_label_model_76bd3d3b_uniq" ON "django_content_type" ("app_label", "model");
CREATE UNIQUE INDEX "auth_group_permissions_group_id_permission_id_0cd325b0_uniq" ON "auth_group_permissions" ("group_id", "permission_id");
CREATE INDEX "auth_group_permissions_group_id_b120cbf9" ON "auth_group_permissions" ("group_id");
CREATE INDEX "auth_group_permissions_permission_id_84c5c92e" ON "auth_group_permissions" ("permission_id");
CREATE UNIQUE INDEX "auth_permission_content_type_id_codename_01ab375a_uniq" ON "auth_permission" ("content_type_id", "codename");
CREATE INDEX "auth_permission_content_type_id_2f476e4b" ON "auth_permission" ("content_type_id");
CREATE INDEX "django_task_queue_n_99c321_idx" ON "django_tasks_database_dbtaskresult" ("queue_name");
CREATE INDEX "django_task_backend_071754_idx" ON "django_tasks_database_dbtaskresult" ("backend_name");
CREATE INDEX "tasks_db_new_ordering_idx" ON "django_tasks_database_dbtaskresult" ("status", "priority" DESC, "run_after" ASC, "enqueued_at" ASC) WHERE "status" = 'READY';
CREATE INDEX "mfa_authenticator_user_id_0c3a50c0" ON "mfa_authenticator" ("user_id");
CREATE UNIQUE INDEX "unique_authenticator_type" ON "mfa_authenticator" ("user_id", "type") WHERE "type" IN ('totp', 'recovery_codes');
CREATE INDEX "outcomes_handover_party_id_3eaa9534" ON "outcomes_handover" ("party_id");
CREATE INDEX "outcomes_historicalcommitment_id_eda1d6dc" ON "outcomes_historicalcommitment" ("id");
CREATE INDEX "outcomes_historicalcommitment_reference_277359e1" ON "outcomes_historicalcommitment" ("reference");
CREATE INDEX "outcomes_historicalcommitment_history_date_7a17d79c" ON "outcomes_historicalcommitment" ("history_date");
CREATE INDEX "outcomes_historicalcommitment_event_id_93c7a812" ON "outcomes_historicalcommitment" ("event_id");
CREATE INDEX "outcomes_historicalmilestone_id_70cf567b" ON "outcomes_historicalmilestone" ("id");
CREATE INDEX "outcomes_historicalmilestone_history_date_dad010ce" ON "outcomes_historicalmilestone" ("history_date");
CREATE INDEX "outcomes_historicalmilestone_commitment_id_088092bd" ON "outcomes_historicalmilestone" ("commitment_id");
CREATE INDEX "outcomes_historicalstatement_id_969e6dfd" ON "outcomes_historicalstatement" ("id");
CREATE INDEX "outcomes_historicalstatement_history_date_e966a546" ON "outcomes_historicalstatement" ("history_date");
CREATE INDEX "outcomes_historicalstatement_event_id_1f8fe54a" ON "outcomes_historicalstatement" ("event_id");
CREATE INDEX "outcomes_historicalcommitment_outcomes_id_e10fe4b1" ON "outcomes_historicalcommitment_outcomes" ("id");
CREATE INDEX "outcomes_historicalcommitment_outcomes_commitment_id_8d55cff1" ON "outcomes_historicalcommitment_outcomes" ("commitment_id");
CREATE INDEX "outcomes_historicalcommitment_outcomes_history_id_22f07d8d" ON "outcomes_historicalcommitment_outcomes" ("history_id");
CREATE INDEX "outcomes_historicalcommitment_outcomes_outcome_id_0c52a54b" ON "outcomes_historicalcommitment_outcomes" ("outcome_id");
CREATE UNIQUE INDEX "outcomes_commitment_outcomes_commitment_id_outcome_id_109f6c43_uniq" ON "outcomes_commitment_outcomes" ("commitment_id", "outcome_id");
CREATE INDEX "outcomes_commitment_outcomes_commitment_id_2a921a70" ON "outcomes_commitment_outcomes" ("commitment_id");
CREATE INDEX "outcomes_commitment_outcomes_outcome_id_56ec4fff" ON "outcomes_commitment_outcomes" ("outcome_id");
CREATE INDEX "outcomes_historicalcommitment_latest_update_id_6a1e4e68" ON "outcomes_historicalcommitment" ("latest_update_id");
CREATE INDEX "outcomes_historicaloutcome_id_aefa1505" ON "outcomes_historicaloutcome" ("id");
CREATE INDEX "outcomes_historicaloutcome_history_date_136253f9" ON "outcomes_historicaloutcome" ("history_date");
CREATE INDEX "outcomes_historicaloutcome_parent_id_f4d33149" ON "outcomes_historicaloutcome" ("parent_id");
CREATE INDEX "outcomes_historicaloutcome_statement_id_5d3df581" ON "outcomes_historicaloutcome" ("statement_id");
CREATE UNIQUE INDEX "outcomes_outcome_themes_outcome_id_theme_id_b4df9f9a_uniq" ON "outcomes_outcome_themes" ("outcome_id", "theme_id");
CREATE INDEX "outcomes_outcome_themes_outcome_id_ca0df2b2" ON "outcomes_outcome_themes" ("outcome_id");
CREATE INDEX "outcomes_outcome_themes_theme_id_65afbc3a" ON "outcomes_outcome_themes" ("theme_id");
CREATE INDEX "outcomes_historicaloutcome_themes_id_c2fbce48" ON "outcomes_historicaloutcome_themes" ("id");
CREATE INDEX "outcomes_historicaloutcome_themes_history_id_e0228365" ON "outcomes_historicaloutcome_themes" ("history_id");
CREATE INDEX "outcomes_historicaloutcome_themes_outcome_id_423c80bc" ON "outcomes_historicaloutcome_themes" ("outcome_id");
CREATE INDEX "outcomes_historicaloutcome_themes_theme_id_cc2c9e28" ON "outcomes_historicaloutcome_themes" ("theme_id");
CREATE INDEX "outcomes_circulationreply_author_id_88ec8640" ON "outcomes_circulationreply" ("author_id");
CREATE INDEX "outcomes_circulationreply_circulation_id_833be729" ON "outcomes_circulationreply" ("circulation_id");
CREATE INDEX "outcomes_circulationreply_organisation_id_8368a6e4" ON "outcomes_circulationreply" ("organisation_id");
CREATE INDEX "outcomes_assessment_approved_by_id_9f426d97" ON "outcomes_assessment" ("approved_by_id");
CREATE INDEX "outcomes_assessment_author_id_44d59bb6" ON "outcomes_assessment" ("author_id");
CREATE INDEX "outcomes_assessment_organisation_id_13834435" ON "outcomes_assessment" ("organisation_id");
CREATE INDEX "outcomes_assessment_commitment_id_3b99560d" ON "outcomes_assessment" ("commitment_id");
CREATE INDEX "outcomes_as_commitm_1be9d3_idx" ON "outcomes_assessment" ("commitment_id", "state", "assessed_on" DESC);
CREATE UNIQUE INDEX "party_organisation_unique" ON "outcomes_commitmentparty" ("commitment_id", "organisation_id") WHERE "organisation_id" IS NOT NULL;
CREATE UNIQUE INDEX "party_group_unique" ON "outcomes_commitmentparty" ("commitment_id", "group_id") WHERE "group_id" IS NOT NULL;
CREATE INDEX "outcomes_commitmentparty_commitment_id_22a41ff3" ON "outcomes_commitmentparty" ("commitment_id");
CREATE INDEX "outcomes_commitmentparty_focal_point_id_7b402db6" ON "outcomes_commitmentparty" ("focal_point_id");
CREATE INDEX "outcomes_commitmentparty_group_id_ba446fff" ON "outcomes_commitmentparty" ("group_id");
CREATE INDEX "outcomes_commitmentparty_organisation_id_a7005eb3" ON "outcomes_commitmentparty" ("organisation_id");
CREATE INDEX "outcomes_document_event_id_4b8a9916" ON "outcomes_document" ("event_id");
CREATE INDEX "outcomes_milestone_commitment_id_51d15490" ON "outcomes_milestone" ("commitment_id");
CREATE INDEX "outcomes_offeredmilestone_offer_id_693c70c9" ON "outcomes_offeredmilestone" ("offer_id");
CREATE INDEX "outcomes_offer_approved_by_id_a875a080" ON "outcomes_offer" ("approved_by_id");
CREATE INDEX "outcomes_offer_author_id_8e602d10" ON "outcomes_offer" ("author_id");
CREATE INDEX "outcomes_offer_commitment_id_c786f030" ON "outcomes_offer" ("commitment_id");
CREATE INDEX "outcomes_offer_organisation_id_dd561841" ON "outcomes_offer" ("organisation_id");
CREATE INDEX "outcomes_offer_outcome_id_86afb8e3" ON "outcomes_offer" ("outcome_id");
CREATE INDEX "outcomes_outcomeaddressee_group_id_621a6db6" ON "outcomes_outcomeaddressee" ("group_id");
CREATE INDEX "outcomes_outcomeaddressee_organisation_id_91965f9e" ON "outcomes_outcomeaddressee" ("organisation_id");
CREATE INDEX "outcomes_outcomeaddressee_outcome_id_55498dc1" ON "outcomes_outcomeaddressee" ("outcome_id");
CREATE UNIQUE INDEX "addressee_organisation_unique" ON "outcomes_outcomeaddressee" ("outcome_id", "organisation_id") WHERE "organisation_id" IS NOT NULL;
CREATE UNIQUE INDEX "addressee_group_unique" ON "outcomes_outcomeaddressee" ("outcome_id", "group_id") WHERE "group_id" IS NOT NULL;
CREATE INDEX "outcomes_progressupdate_approved_by_id_51a86150" ON "outcomes_progressupdate" ("approved_by_id");
CREATE INDEX "outcomes_progressupdate_author_id_2e7366e6" ON "outcomes_progressupdate" ("author_id");
CREATE INDEX "outcomes_progressupdate_commitment_id_6c978154" ON "outcomes_progressupdate" ("commitment_id");
CREATE INDEX "outcomes_progressupdate_party_id_32a46369" ON "outcomes_progressupdate" ("party_id");
CREATE INDEX "outcomes_pr_commitm_91b10f_idx" ON "outcomes_progressupdate" ("commitment_id", "state", "reported_on" DESC);
CREATE INDEX "outcomes_pr_state_7ecdd7_idx" ON "outcomes_progressupdate" ("state", "approved_at");
CREATE INDEX "update_newest" ON "outcomes_progressupdate" ("reported_on" DESC, "recorded_at" DESC, "id" DESC);
CREATE INDEX "update_course" ON "outcomes_progressupdate" ("commitment_id", "reported_on", "recorded_at", "id", "status") WHERE "state" = 'approved';
CREATE INDEX "outcomes_evidence_update_id_6ea6fb0c" ON "outcomes_evidence" ("update_id");
CREATE INDEX "outcomes_commitment_event_id_82bbf980" ON "outcomes_commitment" ("event_id");
CREATE INDEX "outcomes_commitment_latest_update_id_0b0334bc" ON "outcomes_commitment" ("latest_update_id");
CREATE INDEX "outcomes_co_due_on_8375de_idx" ON "outcomes_commitment" ("due_on");
CREATE INDEX "outcomes_co_event_i_d42836_idx" ON "outcomes_commitment" ("event_id", "due_on");
CREATE INDEX "outcomes_relatedtext_commitment_id_04571141" ON "outcomes_relatedtext" ("commitment_id");
CREATE INDEX "outcomes_relatedtext_outcome_id_3a5e985d" ON "outcomes_relatedtext" ("outcome_id");
CREATE INDEX "outcomes_reminder_party_id_a472c2ca" ON "outcomes_reminder" ("party_id");
CREATE INDEX "outcomes_reportinground_event_id_4d2db6c1" ON "outcomes_reportinground" ("event_id");
CREATE INDEX "outcomes_reportinground_opened_by_id_f5af8147" ON "outcomes_reportinground" ("opened_by_id");
CREATE INDEX "outcomes_reportlink_delegate_id_19ca7d79" ON "outcomes_reportlink" ("delegate_id");
CREATE INDEX "outcomes_reportlink_party_id_e9682af4" ON "outcomes_reportlink" ("party_id");
CREATE INDEX "outcomes_response_approved_by_id_974e131b" ON "outcomes_response" ("approved_by_id");
CREATE INDEX "outcomes_response_author_id_866aa6e3" ON "outcomes_response" ("author_id");
CREATE INDEX "outcomes_response_organisation_id_3fb44c60" ON "outcomes_response" ("organisation_id");
CREATE INDEX "outcomes_response_outcome_id_79ba34bc" ON "outcomes_response" ("outcome_id");
CREATE INDEX "outcomes_re_outcome_4a327a_idx" ON "outcomes_response" ("outcome_id", "state", "answered_on" DESC);
CREATE UNIQUE INDEX "rewording_unique" ON "outcomes_rewording" ("corrigendum_id", "outcome_id") WHERE "outcome_id" IS NOT NULL;
CREATE UNIQUE INDEX "rewording_of_the_introduction_unique" ON "outcomes_rewording" ("corrigendum_id") WHERE "outcome_id" IS NULL;
CREATE INDEX "outcomes_rewording_corrigendum_id_7a29d01d" ON "outcomes_rewording" ("corrigendum_id");
CREATE INDEX "outcomes_rewording_outcome_id_bc720cfc" ON "outcomes_rewording" ("outcome_id");
CREATE INDEX "outcomes_roundrequest_party_id_8bb356e4" ON "outcomes_roundrequest" ("party_id");
CREATE INDEX "outcomes_roundrequest_round_id_9ef6d6c1" ON "outcomes_roundrequest" ("round_id");
CREATE UNIQUE INDEX "corrigendum_one_at_a_time" ON "outcomes_corrigendum" ("statement_id") WHERE NOT ("state" IN ('published', 'discarded'));
CREATE INDEX "outcomes_corrigendum_statement_id_8cbcb227" ON "outcomes_corrigendum" ("statement_id");
CREATE INDEX "outcomes_statementversion_corrigendum_id_3b2ca4d7" ON "outcomes_statementversion" ("corrigendum_id");
CREATE INDEX "outcomes_statementversion_statement_id_72d302f4" ON "outcomes_statementversion" ("statement_id");
CREATE UNIQUE INDEX "sign_off_unique_per_person" ON "outcomes_signoff" ("version_id", "signer_id") WHERE "signer_id" IS NOT NULL;
CREATE INDEX "outcomes_signoff_organisation_id_e826704e" ON "outcomes_signoff" ("organisation_id");
CREATE INDEX "outcomes_signoff_signer_id_0b33afe9" ON "outcomes_signoff" ("signer_id");
CREATE INDEX "outcomes_signoff_version_id_fd37c91f" ON "outcomes_signoff" ("version_id");
CREATE INDEX "outcomes_circulation_opened_by_id_69c83daa" ON "outcomes_circulation" ("opened_by_id");
CREATE UNIQUE INDEX "subscription_event_unique" ON "outcomes_subscription" ("user_id", "event_id") WHERE "event_id" IS NOT NULL;
CREATE UNIQUE INDEX "subscription_theme_unique" ON "outcomes_subscription" ("user_id", "theme_id") WHERE "theme_id" IS NOT NULL;
CREATE UNIQUE INDEX "subscription_organisation_unique" ON "outcomes_subscription" ("user_id", "organisation_id") WHERE "organisation_id" IS NOT NULL;
CREATE UNIQUE INDEX "subscription_outcome_unique" ON "outcomes_subscription" ("user_id", "outcome_id") WHERE "outcome_id" IS NOT NULL;
CREATE UNIQUE INDEX "subscription_commitment_unique" ON "outcomes_subscription" ("user_id", "commitment_id") WHERE "commitment_id" IS NOT NULL;
CREATE INDEX "outcomes_subscription_commitment_id_e4932671" ON "outcomes_subscription" ("commitment_id");
CREATE INDEX "outcomes_subscription_event_id_f358c32f" ON "outcomes_subscription" ("event_id");
CREATE INDEX "outcomes_subscription_organisation_id_2eada2f1" ON "outcomes_subscription" ("organisation_id");
CREATE INDEX "outcomes_subscription_outcome_id_b40e4420" ON "outcomes_subscription" ("outcome_id");
CREATE INDEX "outcomes_subscription_user_id_ce390e8c" ON "outcomes_subscription" ("user_id");
CREATE INDEX "outcomes_subscription_theme_id_6bc0bb79" ON "outcomes_subscription" ("theme_id");
CREATE UNIQUE INDEX "outcome_number_unique" ON "outcomes_outcome" ("statement_id", "number") WHERE NOT ("number" = '');
CREATE INDEX "outcomes_outcome_statement_id_f805e17f" ON "outcomes_outcome" ("statement_id");
CREATE INDEX "outcomes_outcome_parent_id_6eaa12db" ON "outcomes_outcome" ("parent_id");
CREATE INDEX "outcomes_upload_event_id_374a4e59" ON "outcomes_upload" ("event_id");
CREATE INDEX "outcomes_upload_user_id_fba69dc9" ON "outcomes_upload" ("user_id");
CREATE INDEX "django_session_expire_date_a5c62663" ON "django_session" ("expire_date");
CREATE INDEX "usersessions_usersession_user_id_af5e0a6d" ON "usersessions_usersession" ("user_id");
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('roundtable_migration_hash',3);
INSERT INTO "sqlite_sequence" VALUES('roundtable_mailbatch',3);
INSERT INTO "sqlite_sequence" VALUES('roundtable_event',20);
INSERT INTO "sqlite_sequence" VALUES('django_migrations',55);
INSERT INTO "sqlite_sequence" VALUES('participants_delegate',55);
INSERT INTO "sqlite_sequence" VALUES('participants_contactchannel',99);
INSERT INTO "sqlite_sequence" VALUES('participants_consent',8);
INSERT INTO "sqlite_sequence" VALUES('participants_delegatelanguage',4);
INSERT INTO "sqlite_sequence" VALUES('participants_factorreset',2);
INSERT INTO "sqlite_sequence" VALUES('participants_introduction',10);
INSERT INTO "sqlite_sequence" VALUES('participants_invitation',7);
INSERT INTO "sqlite_sequence" VALUES('participants_invitationrequest',5);
INSERT INTO "sqlite_sequence" VALUES('participants_grant',10);
INSERT INTO "sqlite_sequence" VALUES('participants_eventrole',79);
INSERT INTO "sqlite_sequence" VALUES('participants_audienceexception',10);
INSERT INTO "sqlite_sequence" VALUES('participants_affiliation',47);
INSERT INTO "sqlite_sequence" VALUES('participants_participantlist',3);
INSERT INTO "sqlite_sequence" VALUES('participants_participation',37);
INSERT INTO "sqlite_sequence" VALUES('participants_recordedcount',12);
INSERT INTO "sqlite_sequence" VALUES('participants_retentionaction',4);
INSERT INTO "sqlite_sequence" VALUES('participants_revealbudget',1);
INSERT INTO "sqlite_sequence" VALUES('account_emailaddress',125);
INSERT INTO "sqlite_sequence" VALUES('django_admin_log',0);
INSERT INTO "sqlite_sequence" VALUES('django_content_type',78);
INSERT INTO "sqlite_sequence" VALUES('auth_permission',312);
INSERT INTO "sqlite_sequence" VALUES('auth_group',0);
INSERT INTO "sqlite_sequence" VALUES('mfa_authenticator',5);
INSERT INTO "sqlite_sequence" VALUES('outcomes_commitmentparty',26);
INSERT INTO "sqlite_sequence" VALUES('outcomes_document',4);
INSERT INTO "sqlite_sequence" VALUES('outcomes_milestone',5);
INSERT INTO "sqlite_sequence" VALUES('outcomes_offeredmilestone',4);
INSERT INTO "sqlite_sequence" VALUES('outcomes_offer',8);
INSERT INTO "sqlite_sequence" VALUES('outcomes_outcomeaddressee',28);
INSERT INTO "sqlite_sequence" VALUES('outcomes_progressupdate',17);
INSERT INTO "sqlite_sequence" VALUES('outcomes_evidence',14);
INSERT INTO "sqlite_sequence" VALUES('outcomes_commitment',19);
INSERT INTO "sqlite_sequence" VALUES('outcomes_relatedtext',9);
INSERT INTO "sqlite_sequence" VALUES('outcomes_reminder',9);
INSERT INTO "sqlite_sequence" VALUES('outcomes_reportinground',4);
INSERT INTO "sqlite_sequence" VALUES('outcomes_reportlink',6);
INSERT INTO "sqlite_sequence" VALUES('outcomes_response',12);
INSERT INTO "sqlite_sequence" VALUES('outcomes_rewording',7);
INSERT INTO "sqlite_sequence" VALUES('outcomes_roundrequest',3);
INSERT INTO "sqlite_sequence" VALUES('outcomes_statement',20);
INSERT INTO "sqlite_sequence" VALUES('outcomes_corrigendum',7);
INSERT INTO "sqlite_sequence" VALUES('outcomes_statementversion',22);
INSERT INTO "sqlite_sequence" VALUES('outcomes_signoff',8);
INSERT INTO "sqlite_sequence" VALUES('outcomes_circulation',8);
INSERT INTO "sqlite_sequence" VALUES('outcomes_subscription',10);
INSERT INTO "sqlite_sequence" VALUES('outcomes_outcome',70);
INSERT INTO "sqlite_sequence" VALUES('outcomes_upload',5);
INSERT INTO "sqlite_sequence" VALUES('roundtable_series',19);
INSERT INTO "sqlite_sequence" VALUES('roundtable_historicalevent',21);
INSERT INTO "sqlite_sequence" VALUES('participants_group',20);
INSERT INTO "sqlite_sequence" VALUES('participants_organisation',126);
INSERT INTO "sqlite_sequence" VALUES('participants_historicalorganisation',128);
INSERT INTO "sqlite_sequence" VALUES('outcomes_historicalstatement',40);
INSERT INTO "sqlite_sequence" VALUES('outcomes_historicaloutcome',56);
INSERT INTO "sqlite_sequence" VALUES('outcomes_historicalcommitment',41);
INSERT INTO "sqlite_sequence" VALUES('outcomes_commitment_outcomes',8);
INSERT INTO "sqlite_sequence" VALUES('outcomes_historicalcommitment_outcomes',14);
INSERT INTO "sqlite_sequence" VALUES('outcomes_theme',3);
INSERT INTO "sqlite_sequence" VALUES('outcomes_outcome_themes',4);
INSERT INTO "sqlite_sequence" VALUES('outcomes_historicaloutcome_themes',7);
INSERT INTO "sqlite_sequence" VALUES('participants_user',125);
INSERT INTO "sqlite_sequence" VALUES('outcomes_assessment',14);
INSERT INTO "sqlite_sequence" VALUES('outcomes_historicalmilestone',5);
INSERT INTO "sqlite_sequence" VALUES('outcomes_circulationreply',33);
INSERT INTO "sqlite_sequence" VALUES('participants_consentnotice',3);
INSERT INTO "sqlite_sequence" VALUES('roundtable_queuedemail',17);
INSERT INTO "sqlite_sequence" VALUES('roundtable_audithead',1);
INSERT INTO "sqlite_sequence" VALUES('roundtable_auditkey',23);
INSERT INTO "sqlite_sequence" VALUES('roundtable_auditentry',34);
INSERT INTO "sqlite_sequence" VALUES('outcomes_handover',1);
INSERT INTO "sqlite_sequence" VALUES('participants_erasure',6);
INSERT INTO "sqlite_sequence" VALUES('participants_handleredirect',1);
INSERT INTO "sqlite_sequence" VALUES('participants_slugredirect',1);
INSERT INTO "sqlite_sequence" VALUES('roundtable_idempotencykey',1);
COMMIT;
