<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="nl" sourcelanguage="en">
<context>
    <name></name>
    <message>
        <source>Packs of the bank</source>
        <translation>Packs van de bank</translation>
    </message>
    <message>
        <source>Cells and limits</source>
        <translation>Cellen en grenzen</translation>
    </message>
</context>
<context>
    <name>AdapterRow</name>
    <message>
        <source>%1 of %2 connections</source>
        <translation>%1 van %2 verbindingen</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>Uit</translation>
    </message>
    <message>
        <source>Another program searches</source>
        <translation>Een ander programma zoekt</translation>
    </message>
</context>
<context>
    <name>Bank</name>
    <message>
        <source>All packs</source>
        <translation>Alle packs</translation>
    </message>
    <message>
        <source>Charge</source>
        <translation>Lading</translation>
    </message>
    <message>
        <source>Current</source>
        <translation>Stroom</translation>
    </message>
    <message>
        <source>Limits of the bank</source>
        <translation>Grenzen van de bank</translation>
    </message>
    <message>
        <source>Charging at most</source>
        <translation>Laden hoogstens</translation>
    </message>
    <message>
        <source>Discharging at most</source>
        <translation>Ontladen hoogstens</translation>
    </message>
    <message>
        <source>What you should do</source>
        <translation>Wat u moet doen</translation>
    </message>
</context>
<context>
    <name>BankMemberRow</name>
    <message>
        <source>Watch only: not allowed in this bank</source>
        <translation>Alleen weergave: niet toegestaan in deze bank</translation>
    </message>
    <message>
        <source>Watch only</source>
        <translation>Alleen weergave</translation>
    </message>
</context>
<context>
    <name>BankMembersPage</name>
    <message>
        <source>A bank needs packs. To end it, turn it off.</source>
        <translation>Een bank heeft packs nodig. Schakel hem uit om hem te beëindigen.</translation>
    </message>
    <message>
        <source>A bank can have up to 16 packs.</source>
        <translation>Een bank kan tot 16 packs hebben.</translation>
    </message>
    <message>
        <source>Packs of the bank</source>
        <translation>Packs van de bank</translation>
    </message>
    <message>
        <source>All packs</source>
        <translation>Alle packs</translation>
    </message>
    <message>
        <source>Of one chemistry and cell count, and in no other bank</source>
        <translation>Met dezelfde chemie en hetzelfde aantal cellen, en in geen andere bank</translation>
    </message>
    <message>
        <source>Or choose them. In series and mixed wiring, turn them on in their order, string after string.</source>
        <translation>Of kies ze. Schakel ze bij serie- en gemengde schakeling in hun volgorde in, string na string.</translation>
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
            <numerusform>%n pack</numerusform>
            <numerusform>%n packs</numerusform>
        </translation>
    </message>
    <message>
        <source>All packs</source>
        <translation>Alle packs</translation>
    </message>
    <message>
        <source>Wiring</source>
        <translation>Schakeling</translation>
    </message>
    <message>
        <source>Parallel</source>
        <translation>Parallel</translation>
    </message>
    <message>
        <source>The same voltage; currents add up</source>
        <translation>Dezelfde spanning; stromen tellen op</translation>
    </message>
    <message>
        <source>Series</source>
        <translation>Serie</translation>
    </message>
    <message>
        <source>The same current; voltages add up</source>
        <translation>Dezelfde stroom; spanningen tellen op</translation>
    </message>
    <message>
        <source>2 in series, 2 parallel</source>
        <translation>2 in serie, 2 parallel</translation>
    </message>
    <message>
        <source>2 in series, 3 parallel</source>
        <translation>2 in serie, 3 parallel</translation>
    </message>
    <message>
        <source>2 in series, 4 parallel</source>
        <translation>2 in serie, 4 parallel</translation>
    </message>
    <message>
        <source>4 in series, 2 parallel</source>
        <translation>4 in serie, 2 parallel</translation>
    </message>
    <message>
        <source>These packs act as one battery</source>
        <translation>Deze packs vormen één accu</translation>
    </message>
    <message>
        <source>Only if these packs are really wired together as chosen here. Otherwise limits are wrong and packs can be overcharged.</source>
        <translation>Alleen als deze packs echt zo geschakeld zijn als hier gekozen. Anders kloppen de limieten niet en kunnen packs worden overladen.</translation>
    </message>
    <message>
        <source>Control</source>
        <translation>Regeling</translation>
    </message>
    <message>
        <source>Only shown</source>
        <translation>Alleen weergave</translation>
    </message>
    <message>
        <source>Controls charging</source>
        <translation>Regelt het laden</translation>
    </message>
    <message>
        <source>Every pack needs a chemistry</source>
        <translation>Elke pack heeft een chemie nodig</translation>
    </message>
    <message>
        <source>With DVCC on, chargers and inverters obey this bank&apos;s voltage and currents. Check chemistry and currents of its packs first.</source>
        <translation>Met DVCC aan volgen laders en omvormers de spanning en stromen van deze bank. Controleer eerst chemie en stromen van de packs.</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Naam</translation>
    </message>
    <message>
        <source>Enter a name</source>
        <translation>Voer een naam in</translation>
    </message>
    <message>
        <source>Highest charge current</source>
        <translation>Hoogste laadstroom</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>Automatisch</translation>
    </message>
    <message>
        <source>What the packs can take</source>
        <translation>Wat de packs aankunnen</translation>
    </message>
    <message>
        <source>Highest discharge current</source>
        <translation>Hoogste ontlaadstroom</translation>
    </message>
    <message>
        <source>What the packs can give</source>
        <translation>Wat de packs kunnen leveren</translation>
    </message>
    <message>
        <source>Both currents automatic</source>
        <translation>Beide stromen automatisch</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>Resetten</translation>
    </message>
    <message>
        <source>The bank leaves the GX, and its packs are batteries of their own again. Chargers that obey it stop with error 67.</source>
        <translation>De bank verdwijnt van de GX en de packs zijn weer losse accu&apos;s. Laders die hem volgen, stoppen met fout 67.</translation>
    </message>
    <message>
        <source>Chargers do not obey it</source>
        <translation>Laders volgen hem niet</translation>
    </message>
    <message>
        <source>Chargers that obey this bank stop with error 67, until another battery controls them or you reset “BMS controlled” in their settings.</source>
        <translation>Laders die deze bank volgen, stoppen met fout 67, tot een andere accu ze regelt of u “BMS-geregeld” in hun instellingen reset.</translation>
    </message>
    <message>
        <source>Allow watch-only packs</source>
        <translation>Packs met alleen weergave toestaan</translation>
    </message>
    <message>
        <source>Only within the currents that you set for each</source>
        <translation>Alleen met de stromen die u voor elke pack instelt</translation>
    </message>
    <message>
        <source>What a watch-only pack reports must not be relied on: a wrong value can overcharge it. Only the highest currents that you set on its own page protect it. Without them the bank does not control.</source>
        <translation>Op de waarden van een pack met alleen weergave kunt u niet vertrouwen: een verkeerde waarde kan hem overladen. Alleen de hoogste stromen die u op zijn eigen pagina instelt, beschermen hem. Zonder die stromen regelt de bank niet.</translation>
    </message>
    <message>
        <source>If the bank has a watch-only pack, chargers no longer obey it and stop with error 67.</source>
        <translation>Heeft de bank een pack met alleen weergave, dan volgen laders hem niet meer en stoppen ze met fout 67.</translation>
    </message>
</context>
<context>
    <name>BanksPage</name>
    <message>
        <source>Banks</source>
        <translation>Banken</translation>
    </message>
    <message>
        <source>Packs that are wired together act as one battery: the GX shows and obeys the bank.</source>
        <translation>Packs die samen geschakeld zijn, vormen één accu: de GX toont en volgt de bank.</translation>
    </message>
    <message>
        <source>Create a bank</source>
        <translation>Bank aanmaken</translation>
    </message>
    <message>
        <source>It stays off until you turn it on</source>
        <translation>Hij blijft uit tot u hem inschakelt</translation>
    </message>
    <message>
        <source>Create</source>
        <translation>Aanmaken</translation>
    </message>
</context>
<context>
    <name>CellBars</name>
    <message>
        <source>being balanced</source>
        <translation>wordt gebalanceerd</translation>
    </message>
    <message>
        <source>The BMS reports no cell voltages.</source>
        <translation>Het BMS meldt geen celspanningen.</translation>
    </message>
    <message>
        <source>No cell voltages now.</source>
        <translation>Nu geen celspanningen.</translation>
    </message>
    <message>
        <source>Bars: from %1 V (empty) to %2 V (full)</source>
        <translation>Balken: van %1 V (leeg) tot %2 V (vol)</translation>
    </message>
    <message>
        <source>Bars: from %1 V to %2 V. The chemistry is not chosen.</source>
        <translation>Balken: van %1 V tot %2 V. De celchemie is niet gekozen.</translation>
    </message>
</context>
<context>
    <name>DiagnosisPage</name>
    <message>
        <source>%1 d %2 h</source>
        <translation>%1 d %2 u</translation>
    </message>
    <message>
        <source>%1 h %2 min</source>
        <translation>%1 u %2 min</translation>
    </message>
    <message>
        <source>Diagnosis</source>
        <translation>Diagnose</translation>
    </message>
    <message>
        <source>Checking…</source>
        <translation>Controleren…</translation>
    </message>
    <message>
        <source>Not checked yet</source>
        <translation>Nog niet gecontroleerd</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>Niets gevonden</translation>
    </message>
    <message numerus="yes">
        <source>%n finding(s)</source>
        <translation>
            <numerusform>%n bevinding</numerusform>
            <numerusform>%n bevindingen</numerusform>
        </translation>
    </message>
    <message>
        <source>Checked every ten minutes</source>
        <translation>Elke tien minuten gecontroleerd</translation>
    </message>
    <message>
        <source>Check now</source>
        <translation>Nu controleren</translation>
    </message>
    <message>
        <source>Bluetooth</source>
        <translation>Bluetooth</translation>
    </message>
    <message>
        <source>No Bluetooth adapter. Plug one into a USB port.</source>
        <translation>Geen Bluetooth-adapter. Steek er een in een USB-poort.</translation>
    </message>
    <message>
        <source>Program</source>
        <translation>Programma</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>Versie</translation>
    </message>
    <message>
        <source>Running for</source>
        <translation>Draait sinds</translation>
    </message>
    <message>
        <source>Processor</source>
        <translation>Processor</translation>
    </message>
    <message>
        <source>%1 % of one core</source>
        <translation>%1 % van één kern</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Geheugen</translation>
    </message>
    <message>
        <source>Restart the program</source>
        <translation>Programma herstarten</translation>
    </message>
    <message>
        <source>Restart</source>
        <translation>Herstarten</translation>
    </message>
    <message>
        <source>All packs leave the GX for some seconds.</source>
        <translation>Alle packs verdwijnen enkele seconden van de GX.</translation>
    </message>
</context>
<context>
    <name>DiscoveredPage</name>
    <message>
        <source>Add a pack</source>
        <translation>Pack toevoegen</translation>
    </message>
    <message>
        <source>Search for packs</source>
        <translation>Packs zoeken</translation>
    </message>
    <message numerus="yes">
        <source>%n s left</source>
        <translation>
            <numerusform>nog %n s</numerusform>
            <numerusform>nog %n s</numerusform>
        </translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Starten</translation>
    </message>
    <message>
        <source>Nothing found so far.</source>
        <translation>Nog niets gevonden.</translation>
    </message>
    <message>
        <source>Nothing found. Start a search close to the packs, and close their phone app.</source>
        <translation>Niets gevonden. Zoek dicht bij de packs en sluit hun telefoon-app.</translation>
    </message>
    <message>
        <source>Add only your own packs: a neighbour may have some too.</source>
        <translation>Voeg alleen uw eigen packs toe: een buurman kan er ook hebben.</translation>
    </message>
</context>
<context>
    <name>DiscoveredRow</name>
    <message>
        <source>connected</source>
        <translation>verbonden</translation>
    </message>
    <message>
        <source>strong signal</source>
        <translation>sterk signaal</translation>
    </message>
    <message>
        <source>medium signal</source>
        <translation>matig signaal</translation>
    </message>
    <message>
        <source>weak signal</source>
        <translation>zwak signaal</translation>
    </message>
    <message>
        <source>%1, %2 dBm</source>
        <translation>%1, %2 dBm</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Toevoegen</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Instellingen</translation>
    </message>
    <message>
        <source>%1 (watch only)</source>
        <translation>%1 (alleen weergave)</translation>
    </message>
</context>
<context>
    <name>FindingRow</name>
    <message>
        <source>Problem</source>
        <translation>Probleem</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Opmerking</translation>
    </message>
</context>
<context>
    <name>KnownPackRow</name>
    <message>
        <source>%1 (watch only)</source>
        <translation>%1 (alleen weergave)</translation>
    </message>
</context>
<context>
    <name>LendRow</name>
    <message>
        <source>Lend Bluetooth to the phone app</source>
        <translation>Bluetooth uitlenen aan de telefoonapp</translation>
    </message>
    <message>
        <source>Take back</source>
        <translation>Terugnemen</translation>
    </message>
    <message>
        <source>Lend for %1 min</source>
        <translation>%1 min uitlenen</translation>
    </message>
    <message>
        <source>Lent, %1 min left</source>
        <translation>Uitgeleend, nog %1 min</translation>
    </message>
    <message>
        <source>Not allowed by the settings of the pack.</source>
        <translation>Niet toegestaan door de instellingen van het pack.</translation>
    </message>
</context>
<context>
    <name>LinkRow</name>
    <message>
        <source>Signal</source>
        <translation>Signaal</translation>
    </message>
    <message>
        <source>Age of the last reading: %1</source>
        <translation>Ouderdom van de laatste meting: %1</translation>
    </message>
    <message>
        <source>No reading yet</source>
        <translation>Nog geen meting</translation>
    </message>
</context>
<context>
    <name>MemberCard</name>
    <message>
        <source>%1 % of the current</source>
        <translation>%1 % van de stroom</translation>
    </message>
    <message>
        <source>Charge</source>
        <translation>Lading</translation>
    </message>
    <message>
        <source>Current</source>
        <translation>Stroom</translation>
    </message>
    <message>
        <source>Lowest cell</source>
        <translation>Laagste cel</translation>
    </message>
    <message>
        <source>Highest cell</source>
        <translation>Hoogste cel</translation>
    </message>
    <message>
        <source>Charging at most %1 A: %2</source>
        <translation>Laden hoogstens %1 A: %2</translation>
    </message>
    <message>
        <source>Discharging at most %1 A: %2</source>
        <translation>Ontladen hoogstens %1 A: %2</translation>
    </message>
    <message>
        <source>watch only</source>
        <translation>alleen weergave</translation>
    </message>
</context>
<context>
    <name>ModeRow</name>
    <message>
        <source>Charge voltage</source>
        <translation>Laadspanning</translation>
    </message>
    <message>
        <source>Does not control chargers</source>
        <translation>Regelt geen laders</translation>
    </message>
</context>
<context>
    <name>MosfetRow</name>
    <message>
        <source>On</source>
        <translation>Aan</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>Uit</translation>
    </message>
    <message>
        <source>It was switched off, here or with the phone app.</source>
        <translation>Hij is uitgeschakeld, hier of met de telefoonapp.</translation>
    </message>
    <message>
        <source>A protection of the BMS turned it off: %1</source>
        <translation>Een beveiliging van het BMS heeft hem uitgezet: %1</translation>
    </message>
    <message>
        <source>The BMS gives no reason.</source>
        <translation>Het BMS geeft geen reden.</translation>
    </message>
    <message>
        <source>It is being switched on.</source>
        <translation>Hij wordt ingeschakeld.</translation>
    </message>
</context>
<context>
    <name>NewPackPage</name>
    <message>
        <source>New pack</source>
        <translation>Nieuwe pack</translation>
    </message>
    <message>
        <source>The pack is added. Answer these questions; then it may control charging.</source>
        <translation>De pack is toegevoegd. Beantwoord deze vragen; daarna mag hij het laden regelen.</translation>
    </message>
    <message>
        <source>Adding the pack…</source>
        <translation>Pack wordt toegevoegd…</translation>
    </message>
    <message>
        <source>Use the lowest rating of cells, BMS, cables and fuse.</source>
        <translation>Gebruik de laagste waarde van cellen, BMS, kabels en zekering.</translation>
    </message>
    <message>
        <source>All settings of this pack</source>
        <translation>Alle instellingen van deze pack</translation>
    </message>
    <message>
        <source>The pack is added.</source>
        <translation>De pack is toegevoegd.</translation>
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
        <translation>Verbinding</translation>
    </message>
    <message>
        <source>Stays connected</source>
        <translation>Blijft verbonden</translation>
    </message>
    <message>
        <source>The phone app cannot connect; lend the pack to it</source>
        <translation>De telefoon-app kan niet verbinden; leen de pack uit</translation>
    </message>
    <message>
        <source>For each reading</source>
        <translation>Voor elke meting</translation>
    </message>
    <message>
        <source>The phone app can connect in between</source>
        <translation>De telefoon-app kan tussendoor verbinden</translation>
    </message>
    <message>
        <source>Password</source>
        <translation>Wachtwoord</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Geen</translation>
    </message>
    <message>
        <source>a password has up to 32 characters</source>
        <translation>een wachtwoord heeft maximaal 32 tekens</translation>
    </message>
    <message>
        <source>Passkey</source>
        <translation>Koppelcode</translation>
    </message>
    <message>
        <source>a passkey has up to six digits</source>
        <translation>een koppelcode heeft ten hoogste zes cijfers</translation>
    </message>
    <message>
        <source>Most packs need neither. A passkey is for packs that want to be paired.</source>
        <translation>De meeste packs hebben geen van beide nodig. Een koppelcode is voor packs die gekoppeld moeten worden.</translation>
    </message>
    <message>
        <source>Accept a replaced BMS</source>
        <translation>Vervangen BMS accepteren</translation>
    </message>
    <message>
        <source>After the BMS was replaced or reconfigured; turns itself off</source>
        <translation>Na vervanging of herconfiguratie van het BMS; schakelt zichzelf uit</translation>
    </message>
</context>
<context>
    <name>PackChargeCurrentRow</name>
    <message>
        <source>Highest charge current</source>
        <translation>Hoogste laadstroom</translation>
    </message>
</context>
<context>
    <name>PackChemistryRow</name>
    <message>
        <source>Cells are charged to %1 V</source>
        <translation>Cellen worden tot %1 V geladen</translation>
    </message>
    <message>
        <source>Each cell is charged to %1 V at most. With the wrong chemistry, cells are destroyed or catch fire.</source>
        <translation>Elke cel wordt tot hoogstens %1 V geladen. Met de verkeerde chemie gaan cellen kapot of vatten ze vlam.</translation>
    </message>
    <message>
        <source>Chemistry</source>
        <translation>Chemie</translation>
    </message>
    <message>
        <source>Not chosen</source>
        <translation>Niet gekozen</translation>
    </message>
    <message>
        <source>The pack is only shown</source>
        <translation>De pack wordt alleen getoond</translation>
    </message>
    <message>
        <source>Other</source>
        <translation>Andere</translation>
    </message>
    <message>
        <source>Needs all five cell voltages</source>
        <translation>Heeft alle vijf celspanningen nodig</translation>
    </message>
    <message>
        <source>Nothing is charged until you have set all five cell voltages. Wrong ones destroy cells or set them on fire.</source>
        <translation>Er wordt niets geladen tot u alle vijf celspanningen hebt ingesteld. Verkeerde waarden vernielen cellen of zetten ze in brand.</translation>
    </message>
</context>
<context>
    <name>PackControlRow</name>
    <message>
        <source>Control</source>
        <translation>Regeling</translation>
    </message>
    <message>
        <source>Choose the chemistry first</source>
        <translation>Kies eerst de chemie</translation>
    </message>
    <message>
        <source>Only shown</source>
        <translation>Alleen weergave</translation>
    </message>
    <message>
        <source>Controls charging</source>
        <translation>Regelt het laden</translation>
    </message>
    <message>
        <source>Chargers and inverters obey this pack&apos;s limits</source>
        <translation>Laders en omvormers volgen zijn limieten</translation>
    </message>
    <message>
        <source>With DVCC on, chargers and inverters obey this pack&apos;s voltage and currents. Check chemistry and currents first. Only one battery or bank can control.</source>
        <translation>Met DVCC aan volgen laders en omvormers de spanning en stromen van deze pack. Controleer eerst chemie en stromen. Slechts één accu of bank kan regelen.</translation>
    </message>
    <message>
        <source>Chargers do not obey it</source>
        <translation>Laders volgen hem niet</translation>
    </message>
    <message>
        <source>Chargers that obey this pack stop with error 67, until another battery controls them or you reset “BMS controlled” in their settings.</source>
        <translation>Laders die deze pack volgen, stoppen met fout 67, tot een andere accu ze regelt of u “BMS-geregeld” in hun instellingen reset.</translation>
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
        <translation>%1 % van de capaciteit, hoogstens de nominale stroom van het BMS</translation>
    </message>
</context>
<context>
    <name>PackCurrentsPage</name>
    <message>
        <source>Currents and capacity</source>
        <translation>Stromen en capaciteit</translation>
    </message>
    <message>
        <source>Both currents automatic</source>
        <translation>Beide stromen automatisch</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>Resetten</translation>
    </message>
    <message>
        <source>Use the lowest rating of cells, BMS, cables and fuse.</source>
        <translation>Gebruik de laagste waarde van cellen, BMS, kabels en zekering.</translation>
    </message>
    <message>
        <source>Capacity</source>
        <translation>Capaciteit</translation>
    </message>
    <message>
        <source>0: as the BMS reports</source>
        <translation>0: zoals het BMS meldt</translation>
    </message>
    <message>
        <source>As the BMS reports</source>
        <translation>Zoals het BMS meldt</translation>
    </message>
    <message>
        <source>Limit currents by temperature</source>
        <translation>Stromen begrenzen op temperatuur</translation>
    </message>
    <message>
        <source>Charging then needs a cell temperature</source>
        <translation>Laden vereist dan een celtemperatuur</translation>
    </message>
    <message>
        <source>Nothing then stops charging below freezing except the BMS. Charging frozen cells destroys them.</source>
        <translation>Dan voorkomt alleen het BMS laden bij vorst. Bevroren cellen laden vernielt ze.</translation>
    </message>
</context>
<context>
    <name>PackDischargeCurrentRow</name>
    <message>
        <source>Highest discharge current</source>
        <translation>Hoogste ontlaadstroom</translation>
    </message>
</context>
<context>
    <name>PackNameRow</name>
    <message>
        <source>Name</source>
        <translation>Naam</translation>
    </message>
    <message>
        <source>Enter a name</source>
        <translation>Voer een naam in</translation>
    </message>
</context>
<context>
    <name>PackPage</name>
    <message>
        <source>Currents and capacity</source>
        <translation>Stromen en capaciteit</translation>
    </message>
    <message>
        <source>Cell voltages</source>
        <translation>Celspanningen</translation>
    </message>
    <message>
        <source>Warnings</source>
        <translation>Waarschuwingen</translation>
    </message>
    <message>
        <source>Bluetooth</source>
        <translation>Bluetooth</translation>
    </message>
    <message>
        <source>Switching</source>
        <translation>Schakelen</translation>
    </message>
    <message>
        <source>Read this pack</source>
        <translation>Deze pack lezen</translation>
    </message>
    <message>
        <source>Off: it leaves the GX; its settings are kept</source>
        <translation>Uit: hij verdwijnt van de GX; instellingen blijven</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>Adres</translation>
    </message>
    <message>
        <source>The pack leaves the GX. Chargers that obey it stop with error 67, until another battery controls them.</source>
        <translation>De pack verdwijnt van de GX. Laders die hem volgen, stoppen met fout 67, tot een andere accu ze regelt.</translation>
    </message>
</context>
<context>
    <name>PackSwitchingPage</name>
    <message>
        <source>Switching</source>
        <translation>Schakelen</translation>
    </message>
    <message>
        <source>Allow switching charging</source>
        <translation>Schakelen van laden toestaan</translation>
    </message>
    <message>
        <source>Charging off and on, discharging on</source>
        <translation>Laden uit en aan, ontladen aan</translation>
    </message>
    <message>
        <source>Anyone at this screen, in VRM or on the network can then turn off charging of this pack, without being asked.</source>
        <translation>Iedereen bij dit scherm, in VRM of op het netwerk kan dan het laden van deze pack zonder bevestiging uitschakelen.</translation>
    </message>
    <message>
        <source>Allow turning discharging off</source>
        <translation>Uitschakelen van ontladen toestaan</translation>
    </message>
    <message>
        <source>The GX loses power if only this pack feeds it</source>
        <translation>De GX valt uit als alleen deze pack hem voedt</translation>
    </message>
    <message>
        <source>Everything that only this pack feeds goes off at one tap. If that includes the GX, it loses power, and nobody can turn the pack on from here.</source>
        <translation>Alles wat alleen deze pack voedt, gaat met één tik uit. Hoort de GX daarbij, dan valt hij uit en kan niemand de pack van hieruit inschakelen.</translation>
    </message>
    <message>
        <source>Allow switching balancing</source>
        <translation>Schakelen van balanceren toestaan</translation>
    </message>
    <message>
        <source>Changes a setting of the BMS</source>
        <translation>Wijzigt een instelling van het BMS</translation>
    </message>
    <message>
        <source>Cells drift apart while balancing is off. The BMS keeps this setting, also without this program.</source>
        <translation>Zonder balanceren lopen cellen uiteen. Het BMS behoudt deze instelling, ook zonder dit programma.</translation>
    </message>
    <message>
        <source>Allow lending to the phone app</source>
        <translation>Uitlenen aan de telefoon-app toestaan</translation>
    </message>
    <message>
        <source>A pack in control is not charged meanwhile</source>
        <translation>Een regelende pack wordt ondertussen niet geladen</translation>
    </message>
    <message>
        <source>While the phone app has the pack, the GX does not see it. If it controls charging, charging stops.</source>
        <translation>Zolang de telefoon-app de pack heeft, ziet de GX hem niet. Regelt hij het laden, dan stopt het laden.</translation>
    </message>
    <message>
        <source>On the switch pane</source>
        <translation>Op het schakelpaneel</translation>
    </message>
    <message>
        <source>Charging</source>
        <translation>Laden</translation>
    </message>
    <message>
        <source>Discharging</source>
        <translation>Ontladen</translation>
    </message>
    <message>
        <source>Lend to the phone app</source>
        <translation>Uitlenen aan telefoon-app</translation>
    </message>
</context>
<context>
    <name>PackView</name>
    <message>
        <source>Lowest, cell %1</source>
        <translation>Laagste, cel %1</translation>
    </message>
    <message>
        <source>Highest, cell %1</source>
        <translation>Hoogste, cel %1</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>Verschil</translation>
    </message>
    <message>
        <source>Limits</source>
        <translation>Grenzen</translation>
    </message>
    <message>
        <source>Charging at most</source>
        <translation>Laden hoogstens</translation>
    </message>
    <message>
        <source>Discharging at most</source>
        <translation>Ontladen hoogstens</translation>
    </message>
    <message>
        <source>MOSFETs</source>
        <translation>MOSFETs</translation>
    </message>
    <message>
        <source>Charge MOSFET</source>
        <translation>Laad-MOSFET</translation>
    </message>
    <message>
        <source>Discharge MOSFET</source>
        <translation>Ontlaad-MOSFET</translation>
    </message>
    <message>
        <source>Last command</source>
        <translation>Laatste opdracht</translation>
    </message>
    <message>
        <source>Bluetooth</source>
        <translation>Bluetooth</translation>
    </message>
    <message>
        <source>Disturbed by</source>
        <translation>Gestoord door</translation>
    </message>
</context>
<context>
    <name>PackVoltageRow</name>
    <message>
        <source>Preset of %1</source>
        <translation>Standaard voor %1</translation>
    </message>
    <message>
        <source>Not set</source>
        <translation>Niet ingesteld</translation>
    </message>
</context>
<context>
    <name>PackVoltagesPage</name>
    <message>
        <source>Cell voltages</source>
        <translation>Celspanningen</translation>
    </message>
    <message>
        <source>They must rise from the bottom of this list to the top.</source>
        <translation>Ze moeten in deze lijst van onder naar boven stijgen.</translation>
    </message>
    <message>
        <source>Choose the chemistry first.</source>
        <translation>Kies eerst de chemie.</translation>
    </message>
    <message>
        <source>These voltages contradict each other or the chemistry. Nothing is charged until they are corrected.</source>
        <translation>Deze spanningen spreken elkaar of de chemie tegen. Er wordt niets geladen tot ze kloppen.</translation>
    </message>
    <message>
        <source>Charging stops at</source>
        <translation>Laden stopt bij</translation>
    </message>
    <message>
        <source>Full</source>
        <translation>Vol</translation>
    </message>
    <message>
        <source>Float</source>
        <translation>Druppellading</translation>
    </message>
    <message>
        <source>Discharging is reduced from</source>
        <translation>Ontladen wordt beperkt vanaf</translation>
    </message>
    <message>
        <source>Discharging stops at</source>
        <translation>Ontladen stopt bij</translation>
    </message>
    <message>
        <source>All as in the preset</source>
        <translation>Alles op standaard</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>Resetten</translation>
    </message>
</context>
<context>
    <name>PackWarningsPage</name>
    <message>
        <source>Warnings</source>
        <translation>Waarschuwingen</translation>
    </message>
    <message>
        <source>Low state of charge</source>
        <translation>Lage laadtoestand</translation>
    </message>
    <message>
        <source>Alarm at half of it; 0: off</source>
        <translation>Alarm bij de helft; 0: uit</translation>
    </message>
    <message>
        <source>Difference between cells</source>
        <translation>Verschil tussen cellen</translation>
    </message>
    <message>
        <source>Alarm at twice as much; 0: off</source>
        <translation>Alarm bij het dubbele; 0: uit</translation>
    </message>
    <message>
        <source>High cell voltage</source>
        <translation>Hoge celspanning</translation>
    </message>
    <message>
        <source>0: as in the preset</source>
        <translation>0: standaard</translation>
    </message>
    <message>
        <source>As in the preset</source>
        <translation>Standaard</translation>
    </message>
    <message>
        <source>Preset</source>
        <translation>Standaard</translation>
    </message>
    <message>
        <source>Low cell voltage</source>
        <translation>Lage celspanning</translation>
    </message>
    <message>
        <source>High cell temperature</source>
        <translation>Hoge celtemperatuur</translation>
    </message>
    <message>
        <source>Low cell temperature</source>
        <translation>Lage celtemperatuur</translation>
    </message>
    <message>
        <source>Both temperatures as in the preset</source>
        <translation>Beide temperaturen op standaard</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>Resetten</translation>
    </message>
    <message>
        <source>MOSFET temperature</source>
        <translation>MOSFET-temperatuur</translation>
    </message>
    <message>
        <source>Alarm 15 °C above it; 0: off</source>
        <translation>Alarm 15 °C hoger; 0: uit</translation>
    </message>
    <message>
        <source>Cell over-voltage at the end of a charge</source>
        <translation>Cel-overspanning aan het eind van het laden</translation>
    </message>
    <message>
        <source>Warning</source>
        <translation>Waarschuwing</translation>
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
        <translation>Zichtbaar</translation>
    </message>
    <message>
        <source>A tap switches at once</source>
        <translation>Een tik schakelt meteen</translation>
    </message>
    <message>
        <source>On the GX only</source>
        <translation>Alleen op de GX</translation>
    </message>
    <message>
        <source>In VRM only</source>
        <translation>Alleen in VRM</translation>
    </message>
</context>
<context>
    <name>SettingNumber</name>
    <message>
        <source>The lowest value is %1.</source>
        <translation>De laagste waarde is %1.</translation>
    </message>
    <message>
        <source>The highest value is %1.</source>
        <translation>De hoogste waarde is %1.</translation>
    </message>
</context>
<context>
    <name>SettingText</name>
    <message>
        <source>up to 60 characters</source>
        <translation>tot 60 tekens</translation>
    </message>
    <message>
        <source>Not stored: %1.</source>
        <translation>Niet opgeslagen: %1.</translation>
    </message>
</context>
<context>
    <name>Settings</name>
    <message>
        <source>Bluetooth batteries</source>
        <translation>Bluetooth-accu&apos;s</translation>
    </message>
    <message>
        <source>dbus-xbms is not running. Restart the GX; if that does not help, read its log.</source>
        <translation>dbus-xbms draait niet. Herstart de GX; lees zijn logboek als dat niet helpt.</translation>
    </message>
    <message>
        <source>No packs yet. Search for them under “Add a pack”.</source>
        <translation>Nog geen packs. Zoek ze onder “Pack toevoegen”.</translation>
    </message>
    <message>
        <source>Add a pack</source>
        <translation>Pack toevoegen</translation>
    </message>
    <message>
        <source>Banks</source>
        <translation>Banken</translation>
    </message>
    <message>
        <source>Packs that are wired together</source>
        <translation>Packs die samen geschakeld zijn</translation>
    </message>
    <message>
        <source>Diagnosis</source>
        <translation>Diagnose</translation>
    </message>
    <message numerus="yes">
        <source>%n finding(s)</source>
        <translation>
            <numerusform>%n bevinding</numerusform>
            <numerusform>%n bevindingen</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>States</name>
    <message>
        <source>Off</source>
        <translation>Uit</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>Start op</translation>
    </message>
    <message>
        <source>Searching</source>
        <translation>Zoekt</translation>
    </message>
    <message>
        <source>Connecting</source>
        <translation>Maakt verbinding</translation>
    </message>
    <message>
        <source>Connected</source>
        <translation>Verbonden</translation>
    </message>
    <message>
        <source>Lent to the phone app</source>
        <translation>Uitgeleend aan de telefoon-app</translation>
    </message>
    <message>
        <source>The password is missing or wrong</source>
        <translation>Wachtwoord ontbreekt of is fout</translation>
    </message>
    <message>
        <source>The passkey is missing or wrong</source>
        <translation>Koppelcode ontbreekt of is fout</translation>
    </message>
    <message>
        <source>Connects but never answers</source>
        <translation>Verbindt, maar antwoordt nooit</translation>
    </message>
    <message>
        <source>Another make of BMS</source>
        <translation>BMS van een ander merk</translation>
    </message>
    <message>
        <source>Read by another program</source>
        <translation>Wordt door een ander programma gelezen</translation>
    </message>
    <message>
        <source>Its answers make no sense</source>
        <translation>Zijn antwoorden zijn onzinnig</translation>
    </message>
    <message>
        <source>Its readings are not believed</source>
        <translation>Zijn metingen zijn ongeloofwaardig</translation>
    </message>
    <message>
        <source>Not heard: out of range, or its phone app is connected</source>
        <translation>Niet gehoord: buiten bereik, of de telefoon-app is verbonden</translation>
    </message>
    <message>
        <source>Heard, but no connection</source>
        <translation>Gehoord, maar geen verbinding</translation>
    </message>
    <message>
        <source>No contact for a long time</source>
        <translation>Al lang geen contact</translation>
    </message>
    <message>
        <source>No Bluetooth on this GX</source>
        <translation>Geen Bluetooth op deze GX</translation>
    </message>
    <message>
        <source>Bluetooth hangs: restart the GX</source>
        <translation>Bluetooth hangt: herstart de GX</translation>
    </message>
    <message>
        <source>Another program keeps Bluetooth busy</source>
        <translation>Een ander programma houdt Bluetooth bezet</translation>
    </message>
    <message>
        <source>No Bluetooth adapter</source>
        <translation>Geen Bluetooth-adapter</translation>
    </message>
    <message>
        <source>The Bluetooth adapter is off</source>
        <translation>De Bluetooth-adapter is uit</translation>
    </message>
    <message>
        <source>The adapter has no free connection</source>
        <translation>De adapter heeft geen verbinding vrij</translation>
    </message>
    <message>
        <source>Another program shows this pack</source>
        <translation>Een ander programma toont deze pack</translation>
    </message>
    <message>
        <source>The library for this make is missing</source>
        <translation>De bibliotheek voor dit merk ontbreekt</translation>
    </message>
    <message>
        <source>Read, but the GX does not show it</source>
        <translation>Gelezen, maar de GX toont hem niet</translation>
    </message>
    <message>
        <source>Stopped by an error of this program</source>
        <translation>Gestopt door een programmafout</translation>
    </message>
    <message>
        <source>Off: turn it on if its packs are wired together</source>
        <translation>Uit: inschakelen als de packs samen geschakeld zijn</translation>
    </message>
    <message>
        <source>In use</source>
        <translation>In gebruik</translation>
    </message>
</context>
<context>
    <name>StoredCheck</name>
    <message>
        <source>%1 was not stored: the value was refused.</source>
        <translation>%1 is niet opgeslagen: de waarde is geweigerd.</translation>
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
        <translation>MOSFETs (sensor %1)</translation>
    </message>
    <message>
        <source>Cells (sensor %1)</source>
        <translation>Cellen (sensor %1)</translation>
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
        <translation>Uitgeleend aan de telefoonapp, nog %1 min</translation>
    </message>
    <message>
        <source>No contact for %1</source>
        <translation>Geen contact sinds %1</translation>
    </message>
    <message>
        <source>No contact yet</source>
        <translation>Nog geen contact</translation>
    </message>
    <message>
        <source>No reply: the values are %1 old</source>
        <translation>Geen antwoord: ouderdom van de waarden %1</translation>
    </message>
    <message>
        <source>No reply</source>
        <translation>Geen antwoord</translation>
    </message>
</context>
<context>
    <name>WatchOnlyLabel</name>
    <message>
        <source>Watch only: this make is shown, but never controls charging and cannot be switched. The library that reads it must not be used for safety.</source>
        <translation>Alleen weergave: dit merk regelt nooit het laden en kan niet worden geschakeld. De bibliotheek die het leest mag niet voor veiligheid worden gebruikt.</translation>
    </message>
</context>
<context>
    <name>Words</name>
    <message>
        <source>High cell voltage</source>
        <translation>Celspanning te hoog</translation>
    </message>
    <message>
        <source>Low cell voltage</source>
        <translation>Celspanning te laag</translation>
    </message>
    <message>
        <source>High battery voltage</source>
        <translation>Accuspanning te hoog</translation>
    </message>
    <message>
        <source>Low battery voltage</source>
        <translation>Accuspanning te laag</translation>
    </message>
    <message>
        <source>Too hot to charge</source>
        <translation>Te warm om te laden</translation>
    </message>
    <message>
        <source>Too cold to charge</source>
        <translation>Te koud om te laden</translation>
    </message>
    <message>
        <source>Battery too hot</source>
        <translation>Accu te warm</translation>
    </message>
    <message>
        <source>Battery too cold</source>
        <translation>Accu te koud</translation>
    </message>
    <message>
        <source>High charge current</source>
        <translation>Laadstroom te hoog</translation>
    </message>
    <message>
        <source>High discharge current</source>
        <translation>Ontlaadstroom te hoog</translation>
    </message>
    <message>
        <source>Fault in the BMS or its settings</source>
        <translation>Fout in het BMS of zijn instellingen</translation>
    </message>
    <message>
        <source>MOSFETs too hot</source>
        <translation>MOSFETs te warm</translation>
    </message>
    <message>
        <source>Low state of charge</source>
        <translation>Laadtoestand laag</translation>
    </message>
    <message>
        <source>Cell voltages differ</source>
        <translation>Celspanningen verschillen</translation>
    </message>
    <message>
        <source>Temperature sensor fails</source>
        <translation>Temperatuursensor defect</translation>
    </message>
    <message>
        <source>%1, from the last reading</source>
        <translation>%1, volgens de laatste meting</translation>
    </message>
    <message>
        <source>rising slowly after: %1</source>
        <translation>stijgt langzaam na: %1</translation>
    </message>
    <message>
        <source>rising slowly to: %1</source>
        <translation>stijgt langzaam naar: %1</translation>
    </message>
    <message>
        <source>protection of the BMS: %1</source>
        <translation>beveiliging van het BMS: %1</translation>
    </message>
    <message>
        <source>cell %1 at %2 V: stopped at %3 V until back at %4 V</source>
        <translation>cel %1 op %2 V: gestopt bij %3 V tot weer %4 V</translation>
    </message>
    <message>
        <source>cell %1 at %2 V: dead or shorted, have it checked</source>
        <translation>cel %1 op %2 V: dood of kortgesloten, laat hem nakijken</translation>
    </message>
    <message>
        <source>cell %1 at %2 V: deeply discharged, only a small current</source>
        <translation>cel %1 op %2 V: diepontladen, alleen een kleine stroom</translation>
    </message>
    <message>
        <source>cell %1 at %2 V</source>
        <translation>cel %1 op %2 V</translation>
    </message>
    <message>
        <source>cells at %1 °C</source>
        <translation>cellen op %1 °C</translation>
    </message>
    <message>
        <source>MOSFETs at %1 °C</source>
        <translation>MOSFETs op %1 °C</translation>
    </message>
    <message>
        <source>state of charge %1 %</source>
        <translation>laadtoestand %1 %</translation>
    </message>
    <message>
        <source>your limit of %1 A</source>
        <translation>uw grens van %1 A</translation>
    </message>
    <message>
        <source>by its capacity of %1 Ah; no limit is set</source>
        <translation>volgens de capaciteit van %1 Ah; geen grens ingesteld</translation>
    </message>
    <message>
        <source>cell voltages unknown</source>
        <translation>celspanningen onbekend</translation>
    </message>
    <message>
        <source>the charge MOSFET is off</source>
        <translation>de laad-MOSFET is uit</translation>
    </message>
    <message>
        <source>the discharge MOSFET is off</source>
        <translation>de ontlaad-MOSFET is uit</translation>
    </message>
    <message>
        <source>no reliable temperature sensor at the cells</source>
        <translation>geen betrouwbare temperatuursensor bij de cellen</translation>
    </message>
    <message>
        <source>no contact: no charging</source>
        <translation>geen contact: niet laden</translation>
    </message>
    <message>
        <source>no contact: no discharging</source>
        <translation>geen contact: niet ontladen</translation>
    </message>
    <message>
        <source>no contact: reduced</source>
        <translation>geen contact: verlaagd</translation>
    </message>
    <message>
        <source>a cell is too high</source>
        <translation>een cel is te hoog</translation>
    </message>
    <message>
        <source>a cell is too low</source>
        <translation>een cel is te laag</translation>
    </message>
    <message>
        <source>pack voltage too high</source>
        <translation>packspanning te hoog</translation>
    </message>
    <message>
        <source>pack voltage too low</source>
        <translation>packspanning te laag</translation>
    </message>
    <message>
        <source>too hot</source>
        <translation>te warm</translation>
    </message>
    <message>
        <source>too cold</source>
        <translation>te koud</translation>
    </message>
    <message>
        <source>charge current too high</source>
        <translation>laadstroom te hoog</translation>
    </message>
    <message>
        <source>discharge current too high</source>
        <translation>ontlaadstroom te hoog</translation>
    </message>
    <message>
        <source>short circuit</source>
        <translation>kortsluiting</translation>
    </message>
    <message>
        <source>the chemistry is not chosen</source>
        <translation>de celchemie is niet gekozen</translation>
    </message>
    <message>
        <source>this make is only watched</source>
        <translation>dit merk wordt alleen weergegeven</translation>
    </message>
    <message>
        <source>part of the bank %1</source>
        <translation>deel van de bank %1</translation>
    </message>
    <message>
        <source>Bulk</source>
        <translation>Hoofdlading</translation>
    </message>
    <message>
        <source>Absorption</source>
        <translation>Absorptie</translation>
    </message>
    <message>
        <source>Float</source>
        <translation>Druppellading</translation>
    </message>
    <message>
        <source>starting</source>
        <translation>start</translation>
    </message>
    <message>
        <source>searching</source>
        <translation>zoekt</translation>
    </message>
    <message>
        <source>connecting</source>
        <translation>maakt verbinding</translation>
    </message>
    <message>
        <source>it needs its password</source>
        <translation>het wachtwoord is nodig</translation>
    </message>
    <message>
        <source>not connected to the others</source>
        <translation>niet verbonden met de andere</translation>
    </message>
    <message>
        <source>lent to the phone app</source>
        <translation>uitgeleend aan de telefoonapp</translation>
    </message>
    <message>
        <source>no contact</source>
        <translation>geen contact</translation>
    </message>
    <message>
        <source>never read</source>
        <translation>nooit gelezen</translation>
    </message>
    <message>
        <source>less than a minute</source>
        <translation>minder dan een minuut</translation>
    </message>
    <message>
        <source>%1 min</source>
        <translation>%1 min</translation>
    </message>
    <message>
        <source>%1 h</source>
        <translation>%1 u</translation>
    </message>
    <message>
        <source>good</source>
        <translation>goed</translation>
    </message>
    <message>
        <source>fair</source>
        <translation>matig</translation>
    </message>
    <message>
        <source>weak</source>
        <translation>zwak</translation>
    </message>
    <message>
        <source>by the rating of the BMS, %1 A; no limit is set</source>
        <translation>volgens de nominale stroom van het BMS, %1 A; geen grens ingesteld</translation>
    </message>
    <message>
        <source>at most %1 A, as no limit is set</source>
        <translation>hoogstens %1 A, omdat geen grens is ingesteld</translation>
    </message>
    <message>
        <source>the capacity is unknown: set it, or a current</source>
        <translation>de capaciteit is onbekend: stel die in, of een stroom</translation>
    </message>
    <message>
        <source>sensor 1 at %1 °C; where it is has not been set</source>
        <translation>sensor 1 op %1 °C; zijn plaats is niet ingesteld</translation>
    </message>
    <message>
        <source>%1 A to wake the BMS</source>
        <translation>%1 A om het BMS te wekken</translation>
    </message>
    <message>
        <source>charge MOSFET off: %1</source>
        <translation>laad-MOSFET uit: %1</translation>
    </message>
    <message>
        <source>discharge MOSFET off: %1</source>
        <translation>ontlaad-MOSFET uit: %1</translation>
    </message>
    <message>
        <source>no pack is connected</source>
        <translation>geen pack is verbonden</translation>
    </message>
    <message>
        <source>lowered because chargers exceed the current limit</source>
        <translation>verlaagd omdat laders de stroomgrens overschrijden</translation>
    </message>
    <message>
        <source>lowered because cell voltages are unknown</source>
        <translation>verlaagd omdat celspanningen onbekend zijn</translation>
    </message>
    <message>
        <source>lowered for a dead cell</source>
        <translation>verlaagd wegens een dode cel</translation>
    </message>
    <message>
        <source>lowered while charging is stopped</source>
        <translation>verlaagd zolang het laden gestopt is</translation>
    </message>
    <message>
        <source>lowered for the highest cell</source>
        <translation>verlaagd wegens de hoogste cel</translation>
    </message>
    <message>
        <source>to balance the cells</source>
        <translation>om de cellen te balanceren</translation>
    </message>
    <message>
        <source>balancing</source>
        <translation>balanceren</translation>
    </message>
    <message>
        <source>the settings are refused</source>
        <translation>de instellingen zijn ongeldig</translation>
    </message>
    <message>
        <source>%1 has a charge voltage limit</source>
        <translation>%1 bepaalt een laadspanning</translation>
    </message>
    <message>
        <source>%1 controls</source>
        <translation>%1 regelt</translation>
    </message>
    <message>
        <source>the pack did not answer in time</source>
        <translation>het pack antwoordde niet op tijd</translation>
    </message>
    <message>
        <source>not in range</source>
        <translation>niet binnen bereik</translation>
    </message>
    <message>
        <source>connection lost</source>
        <translation>verbinding verloren</translation>
    </message>
    <message>
        <source>the pack needs to be paired</source>
        <translation>het pack moet worden gekoppeld</translation>
    </message>
    <message>
        <source>reached, but it is another make of BMS</source>
        <translation>bereikt, maar het is een BMS van een ander merk</translation>
    </message>
    <message>
        <source>the BMS cannot measure</source>
        <translation>het BMS kan niet meten</translation>
    </message>
    <message>
        <source>charge fault</source>
        <translation>fout bij het laden</translation>
    </message>
    <message>
        <source>discharge fault</source>
        <translation>fout bij het ontladen</translation>
    </message>
</context>
<context>
    <name>WorstCell</name>
    <message>
        <source>Lowest cell</source>
        <translation>Laagste cel</translation>
    </message>
    <message>
        <source>Highest cell</source>
        <translation>Hoogste cel</translation>
    </message>
    <message>
        <source>%1, cell %2</source>
        <translation>%1, cel %2</translation>
    </message>
</context>
</TS>
