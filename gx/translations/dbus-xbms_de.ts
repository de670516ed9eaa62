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
    <name>Settings</name>
    <message>
        <source>Bluetooth batteries</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search for packs</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n s left</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
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
