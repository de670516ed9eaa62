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
        <translation type="unfinished"></translation>
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
        <source>Highest cell</source>
        <translation type="unfinished"></translation>
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
    <name>Cells</name>
    <message>
        <source>Highest cell</source>
        <translation type="unfinished"></translation>
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
        <source>a password has six characters</source>
        <translation>een wachtwoord heeft zes tekens</translation>
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
</TS>
