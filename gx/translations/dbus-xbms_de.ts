<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name></name>
    <message>
        <source>Packs of the bank</source>
        <translation>Packs der Bank</translation>
    </message>
    <message>
        <source>Cells and limits</source>
        <translation>Zellen und Grenzen</translation>
    </message>
</context>
<context>
    <name>AdapterRow</name>
    <message>
        <source>%1 of %2 connections</source>
        <translation>%1 von %2 Verbindungen</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>Aus</translation>
    </message>
    <message>
        <source>Another program searches</source>
        <translation>Ein anderes Programm sucht</translation>
    </message>
</context>
<context>
    <name>Bank</name>
    <message>
        <source>All packs</source>
        <translation>Alle Packs</translation>
    </message>
    <message>
        <source>Charge</source>
        <translation>Ladung</translation>
    </message>
    <message>
        <source>Current</source>
        <translation>Strom</translation>
    </message>
    <message>
        <source>Limits of the bank</source>
        <translation>Grenzen der Bank</translation>
    </message>
    <message>
        <source>Charging at most</source>
        <translation>Laden höchstens</translation>
    </message>
    <message>
        <source>Discharging at most</source>
        <translation>Entladen höchstens</translation>
    </message>
    <message>
        <source>What you should do</source>
        <translation>Was Sie tun sollten</translation>
    </message>
</context>
<context>
    <name>BankMemberRow</name>
    <message>
        <source>Watch only: not allowed in this bank</source>
        <translation>Nur Anzeige: in dieser Bank nicht erlaubt</translation>
    </message>
    <message>
        <source>Watch only</source>
        <translation>Nur Anzeige</translation>
    </message>
</context>
<context>
    <name>BankMembersPage</name>
    <message>
        <source>A bank needs packs. To end it, turn it off.</source>
        <translation>Eine Bank braucht Packs. Zum Beenden schalten Sie sie aus.</translation>
    </message>
    <message>
        <source>A bank can have up to 16 packs.</source>
        <translation>Eine Bank kann bis zu 16 Packs haben.</translation>
    </message>
    <message>
        <source>Packs of the bank</source>
        <translation>Packs der Bank</translation>
    </message>
    <message>
        <source>All packs</source>
        <translation>Alle Packs</translation>
    </message>
    <message>
        <source>Of one chemistry and cell count, and in no other bank</source>
        <translation>Mit gleicher Zellchemie und Zellenzahl und in keiner anderen Bank</translation>
    </message>
    <message>
        <source>Or choose them. In series and mixed wiring, turn them on in their order, string after string.</source>
        <translation>Oder wählen Sie sie aus. Bei Reihen- und gemischter Schaltung in ihrer Reihenfolge, Strang für Strang.</translation>
    </message>
</context>
<context>
    <name>BankPage</name>
    <message>
        <source>Bank %1</source>
        <translation>Bank %1</translation>
    </message>
    <message>
        <source>Packs</source>
        <translation>Packs</translation>
    </message>
    <message numerus="yes">
        <source>%n pack(s)</source>
        <translation>
            <numerusform>%n Pack</numerusform>
            <numerusform>%n Packs</numerusform>
        </translation>
    </message>
    <message>
        <source>All packs</source>
        <translation>Alle Packs</translation>
    </message>
    <message>
        <source>Wiring</source>
        <translation>Schaltung</translation>
    </message>
    <message>
        <source>Parallel</source>
        <translation>Parallel</translation>
    </message>
    <message>
        <source>The same voltage; currents add up</source>
        <translation>Gleiche Spannung; Ströme addieren sich</translation>
    </message>
    <message>
        <source>Series</source>
        <translation>Reihe</translation>
    </message>
    <message>
        <source>The same current; voltages add up</source>
        <translation>Gleicher Strom; Spannungen addieren sich</translation>
    </message>
    <message>
        <source>2 in series, 2 parallel</source>
        <translation>2 in Reihe, 2 parallel</translation>
    </message>
    <message>
        <source>2 in series, 3 parallel</source>
        <translation>2 in Reihe, 3 parallel</translation>
    </message>
    <message>
        <source>2 in series, 4 parallel</source>
        <translation>2 in Reihe, 4 parallel</translation>
    </message>
    <message>
        <source>4 in series, 2 parallel</source>
        <translation>4 in Reihe, 2 parallel</translation>
    </message>
    <message>
        <source>These packs act as one battery</source>
        <translation>Diese Packs sind eine Batterie</translation>
    </message>
    <message>
        <source>Only if these packs are really wired together as chosen here. Otherwise limits are wrong and packs can be overcharged.</source>
        <translation>Nur, wenn diese Packs wirklich so verschaltet sind wie hier gewählt. Sonst sind die Grenzwerte falsch, und Packs können überladen werden.</translation>
    </message>
    <message>
        <source>Control</source>
        <translation>Steuerung</translation>
    </message>
    <message>
        <source>Only shown</source>
        <translation>Nur Anzeige</translation>
    </message>
    <message>
        <source>Controls charging</source>
        <translation>Steuert das Laden</translation>
    </message>
    <message>
        <source>Every pack needs a chemistry</source>
        <translation>Jedes Pack braucht eine Zellchemie</translation>
    </message>
    <message>
        <source>With DVCC on, chargers and inverters obey this bank&apos;s voltage and currents. Check chemistry and currents of its packs first.</source>
        <translation>Bei eingeschaltetem DVCC folgen Ladegeräte und Wechselrichter Spannung und Strömen dieser Bank. Prüfen Sie zuerst Zellchemie und Ströme ihrer Packs.</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Enter a name</source>
        <translation>Name eingeben</translation>
    </message>
    <message>
        <source>Highest charge current</source>
        <translation>Höchster Ladestrom</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>Automatisch</translation>
    </message>
    <message>
        <source>What the packs can take</source>
        <translation>Was die Packs aufnehmen können</translation>
    </message>
    <message>
        <source>Highest discharge current</source>
        <translation>Höchster Entladestrom</translation>
    </message>
    <message>
        <source>What the packs can give</source>
        <translation>Was die Packs abgeben können</translation>
    </message>
    <message>
        <source>Both currents automatic</source>
        <translation>Beide Ströme automatisch</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>Zurücksetzen</translation>
    </message>
    <message>
        <source>The bank leaves the GX, and its packs are batteries of their own again. Chargers that obey it stop with error 67.</source>
        <translation>Die Bank verschwindet vom GX, und ihre Packs sind wieder einzelne Batterien. Ladegeräte, die ihr folgen, stoppen mit Fehler 67.</translation>
    </message>
    <message>
        <source>Chargers do not obey it</source>
        <translation>Ladegeräte folgen ihm nicht</translation>
    </message>
    <message>
        <source>Chargers that obey this bank stop with error 67, until another battery controls them or you reset “BMS controlled” in their settings.</source>
        <translation>Ladegeräte, die dieser Bank folgen, stoppen mit Fehler 67, bis eine andere Batterie sie steuert oder Sie in ihren Einstellungen „BMS-gesteuert“ zurücksetzen.</translation>
    </message>
    <message>
        <source>Allow watch-only packs</source>
        <translation>Packs erlauben, die nur angezeigt werden</translation>
    </message>
    <message>
        <source>Only within the currents that you set for each</source>
        <translation>Nur mit den Strömen, die Sie für jedes festlegen</translation>
    </message>
    <message>
        <source>What a watch-only pack reports must not be relied on: a wrong value can overcharge it. Only the highest currents that you set on its own page protect it. Without them the bank does not control.</source>
        <translation>Auf die Werte eines Packs, das nur angezeigt wird, ist kein Verlass: Ein falscher Wert kann es überladen. Nur die höchsten Ströme, die Sie auf seiner eigenen Seite festlegen, schützen es. Ohne sie steuert die Bank nicht.</translation>
    </message>
    <message>
        <source>If the bank has a watch-only pack, chargers no longer obey it and stop with error 67.</source>
        <translation>Hat die Bank ein Pack, das nur angezeigt wird, folgen Ladegeräte ihr nicht mehr und stoppen mit Fehler 67.</translation>
    </message>
</context>
<context>
    <name>BanksPage</name>
    <message>
        <source>Banks</source>
        <translation>Bänke</translation>
    </message>
    <message>
        <source>Packs that are wired together act as one battery: the GX shows and obeys the bank.</source>
        <translation>Verbundene Packs sind eine Batterie: Das GX zeigt die Bank und folgt ihr.</translation>
    </message>
    <message>
        <source>Create a bank</source>
        <translation>Bank anlegen</translation>
    </message>
    <message>
        <source>It stays off until you turn it on</source>
        <translation>Sie bleibt aus, bis Sie sie einschalten</translation>
    </message>
    <message>
        <source>Create</source>
        <translation>Anlegen</translation>
    </message>
</context>
<context>
    <name>CellBars</name>
    <message>
        <source>being balanced</source>
        <translation>wird ausgeglichen</translation>
    </message>
    <message>
        <source>The BMS reports no cell voltages.</source>
        <translation>Das BMS meldet keine Zellspannungen.</translation>
    </message>
    <message>
        <source>No cell voltages now.</source>
        <translation>Zurzeit keine Zellspannungen.</translation>
    </message>
    <message>
        <source>Bars: from %1 V (empty) to %2 V (full)</source>
        <translation>Balken: von %1 V (leer) bis %2 V (voll)</translation>
    </message>
    <message>
        <source>Bars: from %1 V to %2 V. The chemistry is not chosen.</source>
        <translation>Balken: von %1 V bis %2 V. Die Zellchemie ist nicht gewählt.</translation>
    </message>
</context>
<context>
    <name>DiagnosisPage</name>
    <message>
        <source>%1 d %2 h</source>
        <translation>%1 T %2 h</translation>
    </message>
    <message>
        <source>%1 h %2 min</source>
        <translation>%1 h %2 min</translation>
    </message>
    <message>
        <source>Diagnosis</source>
        <translation>Diagnose</translation>
    </message>
    <message>
        <source>Checking…</source>
        <translation>Prüfung läuft …</translation>
    </message>
    <message>
        <source>Not checked yet</source>
        <translation>Noch nicht geprüft</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>Nichts gefunden</translation>
    </message>
    <message numerus="yes">
        <source>%n finding(s)</source>
        <translation>
            <numerusform>%n Befund</numerusform>
            <numerusform>%n Befunde</numerusform>
        </translation>
    </message>
    <message>
        <source>Checked every ten minutes</source>
        <translation>Wird alle zehn Minuten geprüft</translation>
    </message>
    <message>
        <source>Check now</source>
        <translation>Jetzt prüfen</translation>
    </message>
    <message>
        <source>Bluetooth</source>
        <translation>Bluetooth</translation>
    </message>
    <message>
        <source>No Bluetooth adapter. Plug one into a USB port.</source>
        <translation>Kein Bluetooth-Adapter. Stecken Sie einen in einen USB-Anschluss.</translation>
    </message>
    <message>
        <source>Program</source>
        <translation>Programm</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>Version</translation>
    </message>
    <message>
        <source>Running for</source>
        <translation>Läuft seit</translation>
    </message>
    <message>
        <source>Processor</source>
        <translation>Prozessor</translation>
    </message>
    <message>
        <source>%1 % of one core</source>
        <translation>%1 % eines Kerns</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Speicher</translation>
    </message>
    <message>
        <source>Restart the program</source>
        <translation>Programm neu starten</translation>
    </message>
    <message>
        <source>Restart</source>
        <translation>Neu starten</translation>
    </message>
    <message>
        <source>All packs leave the GX for some seconds.</source>
        <translation>Alle Packs verschwinden für einige Sekunden vom GX.</translation>
    </message>
</context>
<context>
    <name>DiscoveredPage</name>
    <message>
        <source>Add a pack</source>
        <translation>Pack hinzufügen</translation>
    </message>
    <message>
        <source>Search for packs</source>
        <translation>Packs suchen</translation>
    </message>
    <message numerus="yes">
        <source>%n s left</source>
        <translation>
            <numerusform>noch %n s</numerusform>
            <numerusform>noch %n s</numerusform>
        </translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Starten</translation>
    </message>
    <message>
        <source>Nothing found so far.</source>
        <translation>Bisher nichts gefunden.</translation>
    </message>
    <message>
        <source>Nothing found. Start a search close to the packs, and close their phone app.</source>
        <translation>Nichts gefunden. Suchen Sie nahe bei den Packs, und schließen Sie deren Telefon-App.</translation>
    </message>
    <message>
        <source>Add only your own packs: a neighbour may have some too.</source>
        <translation>Fügen Sie nur eigene Packs hinzu: Ein Nachbar kann auch welche haben.</translation>
    </message>
</context>
<context>
    <name>DiscoveredRow</name>
    <message>
        <source>connected</source>
        <translation>verbunden</translation>
    </message>
    <message>
        <source>strong signal</source>
        <translation>starkes Signal</translation>
    </message>
    <message>
        <source>medium signal</source>
        <translation>mittleres Signal</translation>
    </message>
    <message>
        <source>weak signal</source>
        <translation>schwaches Signal</translation>
    </message>
    <message>
        <source>%1, %2 dBm</source>
        <translation>%1, %2 dBm</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Hinzufügen</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>%1 (watch only)</source>
        <translation>%1 (nur Anzeige)</translation>
    </message>
</context>
<context>
    <name>FindingRow</name>
    <message>
        <source>Problem</source>
        <translation>Problem</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Hinweis</translation>
    </message>
</context>
<context>
    <name>KnownPackRow</name>
    <message>
        <source>%1 (watch only)</source>
        <translation>%1 (nur Anzeige)</translation>
    </message>
</context>
<context>
    <name>LendRow</name>
    <message>
        <source>Lend Bluetooth to the phone app</source>
        <translation>Bluetooth der Telefon-App leihen</translation>
    </message>
    <message>
        <source>Take back</source>
        <translation>Zurückholen</translation>
    </message>
    <message>
        <source>Lend for %1 min</source>
        <translation>%1 min leihen</translation>
    </message>
    <message>
        <source>Lent, %1 min left</source>
        <translation>Verliehen, noch %1 min</translation>
    </message>
    <message>
        <source>Not allowed by the settings of the pack.</source>
        <translation>Von den Einstellungen des Packs nicht erlaubt.</translation>
    </message>
</context>
<context>
    <name>LinkRow</name>
    <message>
        <source>Signal</source>
        <translation>Signal</translation>
    </message>
    <message>
        <source>Age of the last reading: %1</source>
        <translation>Alter der letzten Messung: %1</translation>
    </message>
    <message>
        <source>No reading yet</source>
        <translation>Noch keine Messung</translation>
    </message>
</context>
<context>
    <name>MemberCard</name>
    <message>
        <source>%1 % of the current</source>
        <translation>%1 % des Stroms</translation>
    </message>
    <message>
        <source>Charge</source>
        <translation>Ladung</translation>
    </message>
    <message>
        <source>Current</source>
        <translation>Strom</translation>
    </message>
    <message>
        <source>Lowest cell</source>
        <translation>Niedrigste Zelle</translation>
    </message>
    <message>
        <source>Highest cell</source>
        <translation>Höchste Zelle</translation>
    </message>
    <message>
        <source>Charging at most %1 A: %2</source>
        <translation>Laden höchstens %1 A: %2</translation>
    </message>
    <message>
        <source>Discharging at most %1 A: %2</source>
        <translation>Entladen höchstens %1 A: %2</translation>
    </message>
    <message>
        <source>watch only</source>
        <translation>nur Anzeige</translation>
    </message>
</context>
<context>
    <name>ModeRow</name>
    <message>
        <source>Charge voltage</source>
        <translation>Ladespannung</translation>
    </message>
    <message>
        <source>Does not control chargers</source>
        <translation>Steuert keine Ladegeräte</translation>
    </message>
</context>
<context>
    <name>MosfetRow</name>
    <message>
        <source>On</source>
        <translation>Ein</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>Aus</translation>
    </message>
    <message>
        <source>It was switched off, here or with the phone app.</source>
        <translation>Er wurde ausgeschaltet, hier oder mit der Telefon-App.</translation>
    </message>
    <message>
        <source>A protection of the BMS turned it off: %1</source>
        <translation>Eine Schutzfunktion des BMS hat ihn ausgeschaltet: %1</translation>
    </message>
    <message>
        <source>The BMS gives no reason.</source>
        <translation>Das BMS nennt keinen Grund.</translation>
    </message>
    <message>
        <source>It is being switched on.</source>
        <translation>Er wird gerade eingeschaltet.</translation>
    </message>
</context>
<context>
    <name>NewPackPage</name>
    <message>
        <source>New pack</source>
        <translation>Neues Pack</translation>
    </message>
    <message>
        <source>The pack is added. Answer these questions; then it may control charging.</source>
        <translation>Das Pack ist hinzugefügt. Beantworten Sie diese Fragen; dann darf es das Laden steuern.</translation>
    </message>
    <message>
        <source>Adding the pack…</source>
        <translation>Pack wird hinzugefügt …</translation>
    </message>
    <message>
        <source>Use the lowest rating of cells, BMS, cables and fuse.</source>
        <translation>Maßgeblich ist der kleinste Nennstrom von Zellen, BMS, Kabeln und Sicherung.</translation>
    </message>
    <message>
        <source>All settings of this pack</source>
        <translation>Alle Einstellungen dieses Packs</translation>
    </message>
    <message>
        <source>The pack is added.</source>
        <translation>Das Pack ist hinzugefügt.</translation>
    </message>
</context>
<context>
    <name>PackBluetoothPage</name>
    <message>
        <source>Bluetooth</source>
        <translation>Bluetooth</translation>
    </message>
    <message>
        <source>Connection</source>
        <translation>Verbindung</translation>
    </message>
    <message>
        <source>Stays connected</source>
        <translation>Bleibt verbunden</translation>
    </message>
    <message>
        <source>The phone app cannot connect; lend the pack to it</source>
        <translation>Die Telefon-App kommt nicht dazu; überlassen Sie ihr das Pack</translation>
    </message>
    <message>
        <source>For each reading</source>
        <translation>Für jede Messung</translation>
    </message>
    <message>
        <source>The phone app can connect in between</source>
        <translation>Die Telefon-App kann sich dazwischen verbinden</translation>
    </message>
    <message>
        <source>Password</source>
        <translation>Passwort</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Keines</translation>
    </message>
    <message>
        <source>a password has up to 32 characters</source>
        <translation>ein Passwort hat bis zu 32 Zeichen</translation>
    </message>
    <message>
        <source>Passkey</source>
        <translation>Kopplungscode</translation>
    </message>
    <message>
        <source>a passkey has up to six digits</source>
        <translation>ein Kopplungscode hat bis zu sechs Ziffern</translation>
    </message>
    <message>
        <source>Most packs need neither. A passkey is for packs that want to be paired.</source>
        <translation>Die meisten Packs brauchen beides nicht. Ein Kopplungscode ist für Packs, die gekoppelt werden wollen.</translation>
    </message>
    <message>
        <source>Accept a replaced BMS</source>
        <translation>Getauschtes BMS annehmen</translation>
    </message>
    <message>
        <source>After the BMS was replaced or reconfigured; turns itself off</source>
        <translation>Nach Tausch oder Umstellung des BMS; schaltet sich selbst aus</translation>
    </message>
</context>
<context>
    <name>PackChargeCurrentRow</name>
    <message>
        <source>Highest charge current</source>
        <translation>Höchster Ladestrom</translation>
    </message>
</context>
<context>
    <name>PackChemistryRow</name>
    <message>
        <source>Cells are charged to %1 V</source>
        <translation>Zellen werden bis %1 V geladen</translation>
    </message>
    <message>
        <source>Each cell is charged to %1 V at most. With the wrong chemistry, cells are destroyed or catch fire.</source>
        <translation>Jede Zelle wird bis höchstens %1 V geladen. Mit der falschen Zellchemie werden Zellen zerstört oder geraten in Brand.</translation>
    </message>
    <message>
        <source>Chemistry</source>
        <translation>Zellchemie</translation>
    </message>
    <message>
        <source>Not chosen</source>
        <translation>Nicht gewählt</translation>
    </message>
    <message>
        <source>The pack is only shown</source>
        <translation>Das Pack wird nur angezeigt</translation>
    </message>
    <message>
        <source>Other</source>
        <translation>Andere</translation>
    </message>
    <message>
        <source>Needs all five cell voltages</source>
        <translation>Braucht alle fünf Zellspannungen</translation>
    </message>
    <message>
        <source>Nothing is charged until you have set all five cell voltages. Wrong ones destroy cells or set them on fire.</source>
        <translation>Nichts wird geladen, bis Sie alle fünf Zellspannungen eingestellt haben. Falsche zerstören Zellen oder setzen sie in Brand.</translation>
    </message>
</context>
<context>
    <name>PackControlRow</name>
    <message>
        <source>Control</source>
        <translation>Steuerung</translation>
    </message>
    <message>
        <source>Choose the chemistry first</source>
        <translation>Zuerst die Zellchemie wählen</translation>
    </message>
    <message>
        <source>Only shown</source>
        <translation>Nur Anzeige</translation>
    </message>
    <message>
        <source>Controls charging</source>
        <translation>Steuert das Laden</translation>
    </message>
    <message>
        <source>Chargers and inverters obey this pack&apos;s limits</source>
        <translation>Ladegeräte und Wechselrichter folgen seinen Grenzwerten</translation>
    </message>
    <message>
        <source>With DVCC on, chargers and inverters obey this pack&apos;s voltage and currents. Check chemistry and currents first. Only one battery or bank can control.</source>
        <translation>Bei eingeschaltetem DVCC folgen Ladegeräte und Wechselrichter Spannung und Strömen dieses Packs. Prüfen Sie zuerst Zellchemie und Ströme. Nur eine Batterie oder Bank kann steuern.</translation>
    </message>
    <message>
        <source>Chargers do not obey it</source>
        <translation>Ladegeräte folgen ihm nicht</translation>
    </message>
    <message>
        <source>Chargers that obey this pack stop with error 67, until another battery controls them or you reset “BMS controlled” in their settings.</source>
        <translation>Ladegeräte, die diesem Pack folgen, stoppen mit Fehler 67, bis eine andere Batterie sie steuert oder Sie in ihren Einstellungen „BMS-gesteuert“ zurücksetzen.</translation>
    </message>
</context>
<context>
    <name>PackCurrentRow</name>
    <message>
        <source>Automatic</source>
        <translation>Automatisch</translation>
    </message>
    <message>
        <source>%1 % of the capacity, at most what the BMS is rated for</source>
        <translation>%1 % der Kapazität, höchstens der Nennstrom des BMS</translation>
    </message>
</context>
<context>
    <name>PackCurrentsPage</name>
    <message>
        <source>Currents and capacity</source>
        <translation>Ströme und Kapazität</translation>
    </message>
    <message>
        <source>Both currents automatic</source>
        <translation>Beide Ströme automatisch</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>Zurücksetzen</translation>
    </message>
    <message>
        <source>Use the lowest rating of cells, BMS, cables and fuse.</source>
        <translation>Maßgeblich ist der kleinste Nennstrom von Zellen, BMS, Kabeln und Sicherung.</translation>
    </message>
    <message>
        <source>Capacity</source>
        <translation>Kapazität</translation>
    </message>
    <message>
        <source>0: as the BMS reports</source>
        <translation>0: wie vom BMS gemeldet</translation>
    </message>
    <message>
        <source>As the BMS reports</source>
        <translation>Wie vom BMS gemeldet</translation>
    </message>
    <message>
        <source>Limit currents by temperature</source>
        <translation>Ströme nach Temperatur begrenzen</translation>
    </message>
    <message>
        <source>Charging then needs a cell temperature</source>
        <translation>Laden braucht dann eine Zelltemperatur</translation>
    </message>
    <message>
        <source>Nothing then stops charging below freezing except the BMS. Charging frozen cells destroys them.</source>
        <translation>Dann verhindert nur noch das BMS das Laden bei Frost. Laden bei Frost zerstört Zellen.</translation>
    </message>
</context>
<context>
    <name>PackDischargeCurrentRow</name>
    <message>
        <source>Highest discharge current</source>
        <translation>Höchster Entladestrom</translation>
    </message>
</context>
<context>
    <name>PackNameRow</name>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Enter a name</source>
        <translation>Name eingeben</translation>
    </message>
</context>
<context>
    <name>PackPage</name>
    <message>
        <source>Currents and capacity</source>
        <translation>Ströme und Kapazität</translation>
    </message>
    <message>
        <source>Cell voltages</source>
        <translation>Zellspannungen</translation>
    </message>
    <message>
        <source>Warnings</source>
        <translation>Warnungen</translation>
    </message>
    <message>
        <source>Bluetooth</source>
        <translation>Bluetooth</translation>
    </message>
    <message>
        <source>Switching</source>
        <translation>Schalten</translation>
    </message>
    <message>
        <source>Read this pack</source>
        <translation>Dieses Pack lesen</translation>
    </message>
    <message>
        <source>Off: it leaves the GX; its settings are kept</source>
        <translation>Aus: Es verschwindet vom GX; die Einstellungen bleiben</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>Adresse</translation>
    </message>
    <message>
        <source>The pack leaves the GX. Chargers that obey it stop with error 67, until another battery controls them.</source>
        <translation>Das Pack verschwindet vom GX. Ladegeräte, die ihm folgen, stoppen mit Fehler 67, bis eine andere Batterie sie steuert.</translation>
    </message>
</context>
<context>
    <name>PackSwitchingPage</name>
    <message>
        <source>Switching</source>
        <translation>Schalten</translation>
    </message>
    <message>
        <source>Allow switching charging</source>
        <translation>Schalten des Ladens erlauben</translation>
    </message>
    <message>
        <source>Charging off and on, discharging on</source>
        <translation>Laden aus und ein, Entladen ein</translation>
    </message>
    <message>
        <source>Anyone at this screen, in VRM or on the network can then turn off charging of this pack, without being asked.</source>
        <translation>Jeder an diesem Bildschirm, in VRM oder im Netzwerk kann dann das Laden dieses Packs ohne Rückfrage ausschalten.</translation>
    </message>
    <message>
        <source>Allow turning discharging off</source>
        <translation>Ausschalten des Entladens erlauben</translation>
    </message>
    <message>
        <source>The GX loses power if only this pack feeds it</source>
        <translation>Das GX wird stromlos, wenn nur dieses Pack es versorgt</translation>
    </message>
    <message>
        <source>Everything that only this pack feeds goes off at one tap. If that includes the GX, it loses power, and nobody can turn the pack on from here.</source>
        <translation>Alles, was nur dieses Pack versorgt, geht mit einem Tippen aus. Gehört das GX dazu, wird es stromlos, und niemand kann das Pack von hier einschalten.</translation>
    </message>
    <message>
        <source>Allow switching balancing</source>
        <translation>Schalten des Balancierens erlauben</translation>
    </message>
    <message>
        <source>Changes a setting of the BMS</source>
        <translation>Ändert eine Einstellung des BMS</translation>
    </message>
    <message>
        <source>Cells drift apart while balancing is off. The BMS keeps this setting, also without this program.</source>
        <translation>Ohne Balancieren laufen Zellen auseinander. Das BMS behält diese Einstellung, auch ohne dieses Programm.</translation>
    </message>
    <message>
        <source>Allow lending to the phone app</source>
        <translation>Überlassen an die Telefon-App erlauben</translation>
    </message>
    <message>
        <source>A pack in control is not charged meanwhile</source>
        <translation>Ein steuerndes Pack wird währenddessen nicht geladen</translation>
    </message>
    <message>
        <source>While the phone app has the pack, the GX does not see it. If it controls charging, charging stops.</source>
        <translation>Solange die Telefon-App das Pack hat, sieht das GX es nicht. Steuert es das Laden, stoppt das Laden.</translation>
    </message>
    <message>
        <source>On the switch pane</source>
        <translation>In der Schaltfläche</translation>
    </message>
    <message>
        <source>Charging</source>
        <translation>Laden</translation>
    </message>
    <message>
        <source>Discharging</source>
        <translation>Entladen</translation>
    </message>
    <message>
        <source>Lend to the phone app</source>
        <translation>An die Telefon-App überlassen</translation>
    </message>
</context>
<context>
    <name>PackView</name>
    <message>
        <source>Lowest, cell %1</source>
        <translation>Niedrigste, Zelle %1</translation>
    </message>
    <message>
        <source>Highest, cell %1</source>
        <translation>Höchste, Zelle %1</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>Differenz</translation>
    </message>
    <message>
        <source>Limits</source>
        <translation>Grenzen</translation>
    </message>
    <message>
        <source>Charging at most</source>
        <translation>Laden höchstens</translation>
    </message>
    <message>
        <source>Discharging at most</source>
        <translation>Entladen höchstens</translation>
    </message>
    <message>
        <source>MOSFETs</source>
        <translation>MOSFETs</translation>
    </message>
    <message>
        <source>Charge MOSFET</source>
        <translation>Lade-MOSFET</translation>
    </message>
    <message>
        <source>Discharge MOSFET</source>
        <translation>Entlade-MOSFET</translation>
    </message>
    <message>
        <source>Last command</source>
        <translation>Letzter Befehl</translation>
    </message>
    <message>
        <source>Bluetooth</source>
        <translation>Bluetooth</translation>
    </message>
    <message>
        <source>Disturbed by</source>
        <translation>Gestört durch</translation>
    </message>
</context>
<context>
    <name>PackVoltageRow</name>
    <message>
        <source>Preset of %1</source>
        <translation>Vorgabe für %1</translation>
    </message>
    <message>
        <source>Not set</source>
        <translation>Nicht eingestellt</translation>
    </message>
</context>
<context>
    <name>PackVoltagesPage</name>
    <message>
        <source>Cell voltages</source>
        <translation>Zellspannungen</translation>
    </message>
    <message>
        <source>They must rise from the bottom of this list to the top.</source>
        <translation>Sie müssen in dieser Liste von unten nach oben steigen.</translation>
    </message>
    <message>
        <source>Choose the chemistry first.</source>
        <translation>Wählen Sie zuerst die Zellchemie.</translation>
    </message>
    <message>
        <source>These voltages contradict each other or the chemistry. Nothing is charged until they are corrected.</source>
        <translation>Diese Spannungen widersprechen einander oder der Zellchemie. Bis zur Korrektur wird nichts geladen.</translation>
    </message>
    <message>
        <source>Charging stops at</source>
        <translation>Laden endet bei</translation>
    </message>
    <message>
        <source>Full</source>
        <translation>Voll</translation>
    </message>
    <message>
        <source>Float</source>
        <translation>Erhaltung</translation>
    </message>
    <message>
        <source>Discharging is reduced from</source>
        <translation>Entladen wird verringert ab</translation>
    </message>
    <message>
        <source>Discharging stops at</source>
        <translation>Entladen endet bei</translation>
    </message>
    <message>
        <source>All as in the preset</source>
        <translation>Alle wie vorgegeben</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>Zurücksetzen</translation>
    </message>
</context>
<context>
    <name>PackWarningsPage</name>
    <message>
        <source>Warnings</source>
        <translation>Warnungen</translation>
    </message>
    <message>
        <source>Low state of charge</source>
        <translation>Niedriger Ladezustand</translation>
    </message>
    <message>
        <source>Alarm at half of it; 0: off</source>
        <translation>Alarm bei der Hälfte; 0: aus</translation>
    </message>
    <message>
        <source>Difference between cells</source>
        <translation>Unterschied der Zellen</translation>
    </message>
    <message>
        <source>Alarm at twice as much; 0: off</source>
        <translation>Alarm beim Doppelten; 0: aus</translation>
    </message>
    <message>
        <source>High cell voltage</source>
        <translation>Hohe Zellspannung</translation>
    </message>
    <message>
        <source>0: as in the preset</source>
        <translation>0: wie vorgegeben</translation>
    </message>
    <message>
        <source>As in the preset</source>
        <translation>Wie vorgegeben</translation>
    </message>
    <message>
        <source>Preset</source>
        <translation>Vorgabe</translation>
    </message>
    <message>
        <source>Low cell voltage</source>
        <translation>Niedrige Zellspannung</translation>
    </message>
    <message>
        <source>High cell temperature</source>
        <translation>Hohe Zelltemperatur</translation>
    </message>
    <message>
        <source>Low cell temperature</source>
        <translation>Niedrige Zelltemperatur</translation>
    </message>
    <message>
        <source>Both temperatures as in the preset</source>
        <translation>Beide Temperaturen wie vorgegeben</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>Zurücksetzen</translation>
    </message>
    <message>
        <source>MOSFET temperature</source>
        <translation>MOSFET-Temperatur</translation>
    </message>
    <message>
        <source>Alarm 15 °C above it; 0: off</source>
        <translation>Alarm 15 °C darüber; 0: aus</translation>
    </message>
    <message>
        <source>Cell over-voltage at the end of a charge</source>
        <translation>Überspannung einer Zelle am Ladeende</translation>
    </message>
    <message>
        <source>Warning</source>
        <translation>Warnung</translation>
    </message>
    <message>
        <source>Alarm</source>
        <translation>Alarm</translation>
    </message>
</context>
<context>
    <name>PaneRow</name>
    <message>
        <source>Hidden</source>
        <translation>Verborgen</translation>
    </message>
    <message>
        <source>Shown</source>
        <translation>Angezeigt</translation>
    </message>
    <message>
        <source>A tap switches at once</source>
        <translation>Ein Tippen schaltet sofort</translation>
    </message>
    <message>
        <source>On the GX only</source>
        <translation>Nur am GX</translation>
    </message>
    <message>
        <source>In VRM only</source>
        <translation>Nur in VRM</translation>
    </message>
</context>
<context>
    <name>SettingNumber</name>
    <message>
        <source>The lowest value is %1.</source>
        <translation>Der kleinste Wert ist %1.</translation>
    </message>
    <message>
        <source>The highest value is %1.</source>
        <translation>Der größte Wert ist %1.</translation>
    </message>
</context>
<context>
    <name>SettingText</name>
    <message>
        <source>up to 60 characters</source>
        <translation>bis zu 60 Zeichen</translation>
    </message>
    <message>
        <source>Not stored: %1.</source>
        <translation>Nicht gespeichert: %1.</translation>
    </message>
</context>
<context>
    <name>Settings</name>
    <message>
        <source>Bluetooth batteries</source>
        <translation>Bluetooth-Batterien</translation>
    </message>
    <message>
        <source>dbus-xbms is not running. Restart the GX; if that does not help, read its log.</source>
        <translation>dbus-xbms läuft nicht. Starten Sie das GX neu; hilft das nicht, lesen Sie sein Protokoll.</translation>
    </message>
    <message>
        <source>No packs yet. Search for them under “Add a pack”.</source>
        <translation>Noch keine Packs. Suchen Sie sie unter „Pack hinzufügen“.</translation>
    </message>
    <message>
        <source>Add a pack</source>
        <translation>Pack hinzufügen</translation>
    </message>
    <message>
        <source>Banks</source>
        <translation>Bänke</translation>
    </message>
    <message>
        <source>Packs that are wired together</source>
        <translation>Packs, die zusammengeschaltet sind</translation>
    </message>
    <message>
        <source>Diagnosis</source>
        <translation>Diagnose</translation>
    </message>
    <message numerus="yes">
        <source>%n finding(s)</source>
        <translation>
            <numerusform>%n Befund</numerusform>
            <numerusform>%n Befunde</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>States</name>
    <message>
        <source>Off</source>
        <translation>Aus</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>Startet</translation>
    </message>
    <message>
        <source>Searching</source>
        <translation>Sucht</translation>
    </message>
    <message>
        <source>Connecting</source>
        <translation>Verbindet</translation>
    </message>
    <message>
        <source>Connected</source>
        <translation>Verbunden</translation>
    </message>
    <message>
        <source>Lent to the phone app</source>
        <translation>An die Telefon-App überlassen</translation>
    </message>
    <message>
        <source>The password is missing or wrong</source>
        <translation>Passwort fehlt oder ist falsch</translation>
    </message>
    <message>
        <source>The passkey is missing or wrong</source>
        <translation>Kopplungscode fehlt oder ist falsch</translation>
    </message>
    <message>
        <source>Connects but never answers</source>
        <translation>Verbindet, antwortet aber nie</translation>
    </message>
    <message>
        <source>Another make of BMS</source>
        <translation>BMS eines anderen Herstellers</translation>
    </message>
    <message>
        <source>Read by another program</source>
        <translation>Wird von einem anderen Programm gelesen</translation>
    </message>
    <message>
        <source>Its answers make no sense</source>
        <translation>Seine Antworten ergeben keinen Sinn</translation>
    </message>
    <message>
        <source>Its readings are not believed</source>
        <translation>Seine Messwerte sind unglaubwürdig</translation>
    </message>
    <message>
        <source>Not heard: out of range, or its phone app is connected</source>
        <translation>Nicht zu hören: außer Reichweite, oder seine Telefon-App ist verbunden</translation>
    </message>
    <message>
        <source>Heard, but no connection</source>
        <translation>Zu hören, aber keine Verbindung</translation>
    </message>
    <message>
        <source>No contact for a long time</source>
        <translation>Seit langem kein Kontakt</translation>
    </message>
    <message>
        <source>No Bluetooth on this GX</source>
        <translation>Kein Bluetooth an diesem GX</translation>
    </message>
    <message>
        <source>Bluetooth hangs: restart the GX</source>
        <translation>Bluetooth hängt: GX neu starten</translation>
    </message>
    <message>
        <source>Another program keeps Bluetooth busy</source>
        <translation>Ein anderes Programm belegt Bluetooth</translation>
    </message>
    <message>
        <source>No Bluetooth adapter</source>
        <translation>Kein Bluetooth-Adapter</translation>
    </message>
    <message>
        <source>The Bluetooth adapter is off</source>
        <translation>Der Bluetooth-Adapter ist aus</translation>
    </message>
    <message>
        <source>The adapter has no free connection</source>
        <translation>Der Adapter hat keine Verbindung frei</translation>
    </message>
    <message>
        <source>Another program shows this pack</source>
        <translation>Ein anderes Programm zeigt dieses Pack</translation>
    </message>
    <message>
        <source>The library for this make is missing</source>
        <translation>Die Bibliothek für diese Marke fehlt</translation>
    </message>
    <message>
        <source>Read, but the GX does not show it</source>
        <translation>Gelesen, aber das GX zeigt es nicht</translation>
    </message>
    <message>
        <source>Stopped by an error of this program</source>
        <translation>Durch einen Programmfehler gestoppt</translation>
    </message>
    <message>
        <source>Off: turn it on if its packs are wired together</source>
        <translation>Aus: einschalten, wenn ihre Packs verbunden sind</translation>
    </message>
    <message>
        <source>In use</source>
        <translation>In Betrieb</translation>
    </message>
</context>
<context>
    <name>StoredCheck</name>
    <message>
        <source>%1 was not stored: the value was refused.</source>
        <translation>%1 wurde nicht gespeichert: Der Wert wurde abgelehnt.</translation>
    </message>
</context>
<context>
    <name>Temperatures</name>
    <message>
        <source>Temperatures</source>
        <translation>Temperaturen</translation>
    </message>
    <message>
        <source>MOSFETs (sensor %1)</source>
        <translation>MOSFETs (Sensor %1)</translation>
    </message>
    <message>
        <source>Cells (sensor %1)</source>
        <translation>Zellen (Sensor %1)</translation>
    </message>
    <message>
        <source>Sensor %1</source>
        <translation>Sensor %1</translation>
    </message>
</context>
<context>
    <name>Warnings</name>
    <message>
        <source>Lent to the phone app, %1 min left</source>
        <translation>An die Telefon-App verliehen, noch %1 min</translation>
    </message>
    <message>
        <source>No contact for %1</source>
        <translation>Kein Kontakt seit %1</translation>
    </message>
    <message>
        <source>No contact yet</source>
        <translation>Noch kein Kontakt</translation>
    </message>
    <message>
        <source>No reply: the values are %1 old</source>
        <translation>Keine Antwort: Alter der Werte %1</translation>
    </message>
    <message>
        <source>No reply</source>
        <translation>Keine Antwort</translation>
    </message>
</context>
<context>
    <name>WatchOnlyLabel</name>
    <message>
        <source>Watch only: this make is shown, but never controls charging and cannot be switched. The library that reads it must not be used for safety.</source>
        <translation>Nur Anzeige: Dieses Fabrikat steuert nie das Laden und lässt sich nicht schalten. Die Bibliothek, die es liest, darf nicht für Sicherheit verwendet werden.</translation>
    </message>
</context>
<context>
    <name>Words</name>
    <message>
        <source>High cell voltage</source>
        <translation>Zellspannung zu hoch</translation>
    </message>
    <message>
        <source>Low cell voltage</source>
        <translation>Zellspannung zu niedrig</translation>
    </message>
    <message>
        <source>High battery voltage</source>
        <translation>Batteriespannung zu hoch</translation>
    </message>
    <message>
        <source>Low battery voltage</source>
        <translation>Batteriespannung zu niedrig</translation>
    </message>
    <message>
        <source>Too hot to charge</source>
        <translation>Zu heiß zum Laden</translation>
    </message>
    <message>
        <source>Too cold to charge</source>
        <translation>Zu kalt zum Laden</translation>
    </message>
    <message>
        <source>Battery too hot</source>
        <translation>Batterie zu heiß</translation>
    </message>
    <message>
        <source>Battery too cold</source>
        <translation>Batterie zu kalt</translation>
    </message>
    <message>
        <source>High charge current</source>
        <translation>Ladestrom zu hoch</translation>
    </message>
    <message>
        <source>High discharge current</source>
        <translation>Entladestrom zu hoch</translation>
    </message>
    <message>
        <source>Fault in the BMS or its settings</source>
        <translation>Fehler im BMS oder in dessen Einstellungen</translation>
    </message>
    <message>
        <source>MOSFETs too hot</source>
        <translation>MOSFETs zu heiß</translation>
    </message>
    <message>
        <source>Low state of charge</source>
        <translation>Ladezustand niedrig</translation>
    </message>
    <message>
        <source>Cell voltages differ</source>
        <translation>Zellspannungen weichen voneinander ab</translation>
    </message>
    <message>
        <source>Temperature sensor fails</source>
        <translation>Temperatursensor gestört</translation>
    </message>
    <message>
        <source>%1, from the last reading</source>
        <translation>%1, nach der letzten Messung</translation>
    </message>
    <message>
        <source>rising slowly after: %1</source>
        <translation>steigt langsam nach: %1</translation>
    </message>
    <message>
        <source>rising slowly to: %1</source>
        <translation>steigt langsam auf: %1</translation>
    </message>
    <message>
        <source>protection of the BMS: %1</source>
        <translation>Schutz des BMS: %1</translation>
    </message>
    <message>
        <source>cell %1 at %2 V: stopped at %3 V until back at %4 V</source>
        <translation>Zelle %1 bei %2 V: gestoppt bei %3 V, bis sie wieder bei %4 V ist</translation>
    </message>
    <message>
        <source>cell %1 at %2 V: dead or shorted, have it checked</source>
        <translation>Zelle %1 bei %2 V: tot oder kurzgeschlossen, prüfen lassen</translation>
    </message>
    <message>
        <source>cell %1 at %2 V: deeply discharged, only a small current</source>
        <translation>Zelle %1 bei %2 V: tiefentladen, nur ein kleiner Strom</translation>
    </message>
    <message>
        <source>cell %1 at %2 V</source>
        <translation>Zelle %1 bei %2 V</translation>
    </message>
    <message>
        <source>cells at %1 °C</source>
        <translation>Zellen bei %1 °C</translation>
    </message>
    <message>
        <source>MOSFETs at %1 °C</source>
        <translation>MOSFETs bei %1 °C</translation>
    </message>
    <message>
        <source>state of charge %1 %</source>
        <translation>Ladezustand %1 %</translation>
    </message>
    <message>
        <source>your limit of %1 A</source>
        <translation>Ihre Grenze von %1 A</translation>
    </message>
    <message>
        <source>by its capacity of %1 Ah; no limit is set</source>
        <translation>nach der Kapazität von %1 Ah; keine Grenze eingestellt</translation>
    </message>
    <message>
        <source>cell voltages unknown</source>
        <translation>Zellspannungen unbekannt</translation>
    </message>
    <message>
        <source>the charge MOSFET is off</source>
        <translation>der Lade-MOSFET ist aus</translation>
    </message>
    <message>
        <source>the discharge MOSFET is off</source>
        <translation>der Entlade-MOSFET ist aus</translation>
    </message>
    <message>
        <source>no reliable temperature sensor at the cells</source>
        <translation>kein verlässlicher Temperatursensor an den Zellen</translation>
    </message>
    <message>
        <source>no contact: no charging</source>
        <translation>kein Kontakt: kein Laden</translation>
    </message>
    <message>
        <source>no contact: no discharging</source>
        <translation>kein Kontakt: kein Entladen</translation>
    </message>
    <message>
        <source>no contact: reduced</source>
        <translation>kein Kontakt: verringert</translation>
    </message>
    <message>
        <source>a cell is too high</source>
        <translation>eine Zelle ist zu hoch</translation>
    </message>
    <message>
        <source>a cell is too low</source>
        <translation>eine Zelle ist zu niedrig</translation>
    </message>
    <message>
        <source>pack voltage too high</source>
        <translation>Packspannung zu hoch</translation>
    </message>
    <message>
        <source>pack voltage too low</source>
        <translation>Packspannung zu niedrig</translation>
    </message>
    <message>
        <source>too hot</source>
        <translation>zu heiß</translation>
    </message>
    <message>
        <source>too cold</source>
        <translation>zu kalt</translation>
    </message>
    <message>
        <source>charge current too high</source>
        <translation>Ladestrom zu hoch</translation>
    </message>
    <message>
        <source>discharge current too high</source>
        <translation>Entladestrom zu hoch</translation>
    </message>
    <message>
        <source>short circuit</source>
        <translation>Kurzschluss</translation>
    </message>
    <message>
        <source>the chemistry is not chosen</source>
        <translation>die Zellchemie ist nicht gewählt</translation>
    </message>
    <message>
        <source>this make is only watched</source>
        <translation>diese Marke wird nur angezeigt</translation>
    </message>
    <message>
        <source>part of the bank %1</source>
        <translation>Teil der Bank %1</translation>
    </message>
    <message>
        <source>Bulk</source>
        <translation>Hauptladung</translation>
    </message>
    <message>
        <source>Absorption</source>
        <translation>Absorption</translation>
    </message>
    <message>
        <source>Float</source>
        <translation>Erhaltung</translation>
    </message>
    <message>
        <source>starting</source>
        <translation>startet</translation>
    </message>
    <message>
        <source>searching</source>
        <translation>sucht</translation>
    </message>
    <message>
        <source>connecting</source>
        <translation>verbindet</translation>
    </message>
    <message>
        <source>it needs its password</source>
        <translation>es braucht sein Passwort</translation>
    </message>
    <message>
        <source>not connected to the others</source>
        <translation>nicht mit den anderen verbunden</translation>
    </message>
    <message>
        <source>lent to the phone app</source>
        <translation>an die Telefon-App verliehen</translation>
    </message>
    <message>
        <source>no contact</source>
        <translation>kein Kontakt</translation>
    </message>
    <message>
        <source>never read</source>
        <translation>nie gelesen</translation>
    </message>
    <message>
        <source>less than a minute</source>
        <translation>weniger als eine Minute</translation>
    </message>
    <message>
        <source>%1 min</source>
        <translation>%1 min</translation>
    </message>
    <message>
        <source>%1 h</source>
        <translation>%1 h</translation>
    </message>
    <message>
        <source>good</source>
        <translation>gut</translation>
    </message>
    <message>
        <source>fair</source>
        <translation>mäßig</translation>
    </message>
    <message>
        <source>weak</source>
        <translation>schwach</translation>
    </message>
    <message>
        <source>by the rating of the BMS, %1 A; no limit is set</source>
        <translation>nach der Auslegung des BMS, %1 A; keine Grenze eingestellt</translation>
    </message>
    <message>
        <source>at most %1 A, as no limit is set</source>
        <translation>höchstens %1 A, da keine Grenze eingestellt ist</translation>
    </message>
    <message>
        <source>the capacity is unknown: set it, or a current</source>
        <translation>die Kapazität ist unbekannt: stellen Sie sie oder einen Strom ein</translation>
    </message>
    <message>
        <source>sensor 1 at %1 °C; where it is has not been set</source>
        <translation>Sensor 1 bei %1 °C; sein Ort ist nicht eingestellt</translation>
    </message>
    <message>
        <source>%1 A to wake the BMS</source>
        <translation>%1 A, um das BMS zu wecken</translation>
    </message>
    <message>
        <source>charge MOSFET off: %1</source>
        <translation>Lade-MOSFET aus: %1</translation>
    </message>
    <message>
        <source>discharge MOSFET off: %1</source>
        <translation>Entlade-MOSFET aus: %1</translation>
    </message>
    <message>
        <source>no pack is connected</source>
        <translation>kein Pack ist verbunden</translation>
    </message>
    <message>
        <source>lowered because chargers exceed the current limit</source>
        <translation>gesenkt, weil Ladegeräte die Stromgrenze überschreiten</translation>
    </message>
    <message>
        <source>lowered because cell voltages are unknown</source>
        <translation>gesenkt, weil Zellspannungen unbekannt sind</translation>
    </message>
    <message>
        <source>lowered for a dead cell</source>
        <translation>gesenkt wegen einer toten Zelle</translation>
    </message>
    <message>
        <source>lowered while charging is stopped</source>
        <translation>gesenkt, solange das Laden gestoppt ist</translation>
    </message>
    <message>
        <source>lowered for the highest cell</source>
        <translation>gesenkt wegen der höchsten Zelle</translation>
    </message>
    <message>
        <source>to balance the cells</source>
        <translation>zum Ausgleichen der Zellen</translation>
    </message>
    <message>
        <source>balancing</source>
        <translation>Ausgleich</translation>
    </message>
    <message>
        <source>the settings are refused</source>
        <translation>die Einstellungen sind ungültig</translation>
    </message>
    <message>
        <source>%1 has a charge voltage limit</source>
        <translation>%1 gibt eine Ladespannung vor</translation>
    </message>
    <message>
        <source>%1 controls</source>
        <translation>%1 steuert</translation>
    </message>
    <message>
        <source>the pack did not answer in time</source>
        <translation>das Pack hat nicht rechtzeitig geantwortet</translation>
    </message>
    <message>
        <source>not in range</source>
        <translation>nicht in Reichweite</translation>
    </message>
    <message>
        <source>connection lost</source>
        <translation>Verbindung verloren</translation>
    </message>
    <message>
        <source>the pack needs to be paired</source>
        <translation>das Pack muss gekoppelt werden</translation>
    </message>
    <message>
        <source>reached, but it is another make of BMS</source>
        <translation>erreicht, aber es ist ein BMS anderer Bauart</translation>
    </message>
    <message>
        <source>the BMS cannot measure</source>
        <translation>das BMS kann nicht messen</translation>
    </message>
    <message>
        <source>charge fault</source>
        <translation>Fehler beim Laden</translation>
    </message>
    <message>
        <source>discharge fault</source>
        <translation>Fehler beim Entladen</translation>
    </message>
</context>
<context>
    <name>WorstCell</name>
    <message>
        <source>Lowest cell</source>
        <translation>Niedrigste Zelle</translation>
    </message>
    <message>
        <source>Highest cell</source>
        <translation>Höchste Zelle</translation>
    </message>
    <message>
        <source>%1, cell %2</source>
        <translation>%1, Zelle %2</translation>
    </message>
</context>
</TS>
