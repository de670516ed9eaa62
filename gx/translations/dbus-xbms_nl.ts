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
