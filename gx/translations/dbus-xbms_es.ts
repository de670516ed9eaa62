<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="es" sourcelanguage="en">
<context>
    <name></name>
    <message>
        <source>Packs of the bank</source>
        <translation>Packs del banco</translation>
    </message>
    <message>
        <source>Cells and limits</source>
        <translation>Celdas y límites</translation>
    </message>
</context>
<context>
    <name>Bank</name>
    <message>
        <source>All packs</source>
        <translation>Todos los packs</translation>
    </message>
    <message>
        <source>Charge</source>
        <translation>Carga</translation>
    </message>
    <message>
        <source>Current</source>
        <translation>Corriente</translation>
    </message>
    <message>
        <source>Limits of the bank</source>
        <translation>Límites del banco</translation>
    </message>
    <message>
        <source>Charging at most</source>
        <translation>Carga, máximo</translation>
    </message>
    <message>
        <source>Discharging at most</source>
        <translation>Descarga, máximo</translation>
    </message>
    <message>
        <source>What you should do</source>
        <translation>Lo que debe hacer</translation>
    </message>
</context>
<context>
    <name>CellBars</name>
    <message>
        <source>being balanced</source>
        <translation>equilibrándose</translation>
    </message>
    <message>
        <source>The BMS reports no cell voltages.</source>
        <translation>El BMS no indica las tensiones de las celdas.</translation>
    </message>
    <message>
        <source>No cell voltages now.</source>
        <translation>Ahora no hay tensiones de celdas.</translation>
    </message>
    <message>
        <source>Bars: from %1 V (empty) to %2 V (full)</source>
        <translation>Barras: de %1 V (vacía) a %2 V (llena)</translation>
    </message>
    <message>
        <source>Bars: from %1 V to %2 V. The chemistry is not chosen.</source>
        <translation>Barras: de %1 V a %2 V. La química no está elegida.</translation>
    </message>
</context>
<context>
    <name>LendRow</name>
    <message>
        <source>Lend Bluetooth to the phone app</source>
        <translation>Prestar Bluetooth a la aplicación del teléfono</translation>
    </message>
    <message>
        <source>Take back</source>
        <translation>Recuperar</translation>
    </message>
    <message>
        <source>Lend for %1 min</source>
        <translation>Prestar %1 min</translation>
    </message>
    <message>
        <source>Lent, %1 min left</source>
        <translation>Prestado, quedan %1 min</translation>
    </message>
    <message>
        <source>Not allowed by the settings of the pack.</source>
        <translation>Los ajustes del pack no lo permiten.</translation>
    </message>
</context>
<context>
    <name>LinkRow</name>
    <message>
        <source>Signal</source>
        <translation>Señal</translation>
    </message>
    <message>
        <source>Age of the last reading: %1</source>
        <translation>Antigüedad de la última lectura: %1</translation>
    </message>
    <message>
        <source>No reading yet</source>
        <translation>Aún sin lecturas</translation>
    </message>
</context>
<context>
    <name>MemberCard</name>
    <message>
        <source>%1 % of the current</source>
        <translation>%1 % de la corriente</translation>
    </message>
    <message>
        <source>Charge</source>
        <translation>Carga</translation>
    </message>
    <message>
        <source>Current</source>
        <translation>Corriente</translation>
    </message>
    <message>
        <source>Lowest cell</source>
        <translation>Celda más baja</translation>
    </message>
    <message>
        <source>Highest cell</source>
        <translation>Celda más alta</translation>
    </message>
    <message>
        <source>Charging at most %1 A: %2</source>
        <translation>Carga, máximo %1 A: %2</translation>
    </message>
    <message>
        <source>Discharging at most %1 A: %2</source>
        <translation>Descarga, máximo %1 A: %2</translation>
    </message>
</context>
<context>
    <name>ModeRow</name>
    <message>
        <source>Charge voltage</source>
        <translation>Tensión de carga</translation>
    </message>
    <message>
        <source>Does not control chargers</source>
        <translation>No controla los cargadores</translation>
    </message>
</context>
<context>
    <name>MosfetRow</name>
    <message>
        <source>On</source>
        <translation>Encendido</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>Apagado</translation>
    </message>
    <message>
        <source>It was switched off, here or with the phone app.</source>
        <translation>Se apagó aquí o con la aplicación del teléfono.</translation>
    </message>
    <message>
        <source>A protection of the BMS turned it off: %1</source>
        <translation>Una protección del BMS lo apagó: %1</translation>
    </message>
    <message>
        <source>The BMS gives no reason.</source>
        <translation>El BMS no indica el motivo.</translation>
    </message>
    <message>
        <source>It is being switched on.</source>
        <translation>Se está encendiendo.</translation>
    </message>
</context>
<context>
    <name>PackView</name>
    <message>
        <source>Lowest, cell %1</source>
        <translation>Menor, celda %1</translation>
    </message>
    <message>
        <source>Highest, cell %1</source>
        <translation>Mayor, celda %1</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>Diferencia</translation>
    </message>
    <message>
        <source>Limits</source>
        <translation>Límites</translation>
    </message>
    <message>
        <source>Charging at most</source>
        <translation>Carga, máximo</translation>
    </message>
    <message>
        <source>Discharging at most</source>
        <translation>Descarga, máximo</translation>
    </message>
    <message>
        <source>MOSFETs</source>
        <translation>MOSFET</translation>
    </message>
    <message>
        <source>Charge MOSFET</source>
        <translation>MOSFET de carga</translation>
    </message>
    <message>
        <source>Discharge MOSFET</source>
        <translation>MOSFET de descarga</translation>
    </message>
    <message>
        <source>Last command</source>
        <translation>Última orden</translation>
    </message>
    <message>
        <source>Bluetooth</source>
        <translation>Bluetooth</translation>
    </message>
    <message>
        <source>Disturbed by</source>
        <translation>Interferencias de</translation>
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
        <translation>Temperaturas</translation>
    </message>
    <message>
        <source>MOSFETs (sensor %1)</source>
        <translation>MOSFET (sensor %1)</translation>
    </message>
    <message>
        <source>Cells (sensor %1)</source>
        <translation>Celdas (sensor %1)</translation>
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
        <translation>Prestado a la aplicación del teléfono, quedan %1 min</translation>
    </message>
    <message>
        <source>No contact for %1</source>
        <translation>Sin contacto desde hace %1</translation>
    </message>
    <message>
        <source>No contact yet</source>
        <translation>Aún sin contacto</translation>
    </message>
    <message>
        <source>No reply: the values are %1 old</source>
        <translation>Sin respuesta: antigüedad de los valores %1</translation>
    </message>
    <message>
        <source>No reply</source>
        <translation>Sin respuesta</translation>
    </message>
</context>
<context>
    <name>Words</name>
    <message>
        <source>High cell voltage</source>
        <translation>Tensión de celda alta</translation>
    </message>
    <message>
        <source>Low cell voltage</source>
        <translation>Tensión de celda baja</translation>
    </message>
    <message>
        <source>High battery voltage</source>
        <translation>Tensión de batería alta</translation>
    </message>
    <message>
        <source>Low battery voltage</source>
        <translation>Tensión de batería baja</translation>
    </message>
    <message>
        <source>Too hot to charge</source>
        <translation>Demasiado caliente para cargar</translation>
    </message>
    <message>
        <source>Too cold to charge</source>
        <translation>Demasiado frío para cargar</translation>
    </message>
    <message>
        <source>Battery too hot</source>
        <translation>Batería demasiado caliente</translation>
    </message>
    <message>
        <source>Battery too cold</source>
        <translation>Batería demasiado fría</translation>
    </message>
    <message>
        <source>High charge current</source>
        <translation>Corriente de carga alta</translation>
    </message>
    <message>
        <source>High discharge current</source>
        <translation>Corriente de descarga alta</translation>
    </message>
    <message>
        <source>Fault in the BMS or its settings</source>
        <translation>Fallo del BMS o de sus ajustes</translation>
    </message>
    <message>
        <source>MOSFETs too hot</source>
        <translation>MOSFET demasiado calientes</translation>
    </message>
    <message>
        <source>Low state of charge</source>
        <translation>Estado de carga bajo</translation>
    </message>
    <message>
        <source>Cell voltages differ</source>
        <translation>Las celdas difieren</translation>
    </message>
    <message>
        <source>Temperature sensor fails</source>
        <translation>Fallo del sensor de temperatura</translation>
    </message>
    <message>
        <source>%1, from the last reading</source>
        <translation>%1, según la última lectura</translation>
    </message>
    <message>
        <source>rising slowly after: %1</source>
        <translation>subiendo despacio tras: %1</translation>
    </message>
    <message>
        <source>rising slowly to: %1</source>
        <translation>subiendo despacio hasta: %1</translation>
    </message>
    <message>
        <source>protection of the BMS: %1</source>
        <translation>protección del BMS: %1</translation>
    </message>
    <message>
        <source>cell %1 at %2 V: stopped at %3 V until back at %4 V</source>
        <translation>celda %1 a %2 V: parado a %3 V hasta volver a %4 V</translation>
    </message>
    <message>
        <source>cell %1 at %2 V: dead or shorted, have it checked</source>
        <translation>celda %1 a %2 V: muerta o en cortocircuito, hágala revisar</translation>
    </message>
    <message>
        <source>cell %1 at %2 V: deeply discharged, only a small current</source>
        <translation>celda %1 a %2 V: descarga profunda, solo poca corriente</translation>
    </message>
    <message>
        <source>cell %1 at %2 V</source>
        <translation>celda %1 a %2 V</translation>
    </message>
    <message>
        <source>cells at %1 °C</source>
        <translation>celdas a %1 °C</translation>
    </message>
    <message>
        <source>MOSFETs at %1 °C</source>
        <translation>MOSFET a %1 °C</translation>
    </message>
    <message>
        <source>state of charge %1 %</source>
        <translation>estado de carga %1 %</translation>
    </message>
    <message>
        <source>your limit of %1 A</source>
        <translation>su límite de %1 A</translation>
    </message>
    <message>
        <source>by its capacity of %1 Ah; no limit is set</source>
        <translation>según la capacidad de %1 Ah; sin límite ajustado</translation>
    </message>
    <message>
        <source>cell voltages unknown</source>
        <translation>tensiones de celdas desconocidas</translation>
    </message>
    <message>
        <source>the charge MOSFET is off</source>
        <translation>el MOSFET de carga está apagado</translation>
    </message>
    <message>
        <source>the discharge MOSFET is off</source>
        <translation>el MOSFET de descarga está apagado</translation>
    </message>
    <message>
        <source>no reliable temperature sensor at the cells</source>
        <translation>ningún sensor de temperatura fiable en las celdas</translation>
    </message>
    <message>
        <source>no contact: no charging</source>
        <translation>sin contacto: sin carga</translation>
    </message>
    <message>
        <source>no contact: no discharging</source>
        <translation>sin contacto: sin descarga</translation>
    </message>
    <message>
        <source>no contact: reduced</source>
        <translation>sin contacto: reducido</translation>
    </message>
    <message>
        <source>a cell is too high</source>
        <translation>una celda está demasiado alta</translation>
    </message>
    <message>
        <source>a cell is too low</source>
        <translation>una celda está demasiado baja</translation>
    </message>
    <message>
        <source>pack voltage too high</source>
        <translation>tensión del pack demasiado alta</translation>
    </message>
    <message>
        <source>pack voltage too low</source>
        <translation>tensión del pack demasiado baja</translation>
    </message>
    <message>
        <source>too hot</source>
        <translation>demasiado caliente</translation>
    </message>
    <message>
        <source>too cold</source>
        <translation>demasiado frío</translation>
    </message>
    <message>
        <source>charge current too high</source>
        <translation>corriente de carga demasiado alta</translation>
    </message>
    <message>
        <source>discharge current too high</source>
        <translation>corriente de descarga demasiado alta</translation>
    </message>
    <message>
        <source>short circuit</source>
        <translation>cortocircuito</translation>
    </message>
    <message>
        <source>the chemistry is not chosen</source>
        <translation>la química no está elegida</translation>
    </message>
    <message>
        <source>part of the bank %1</source>
        <translation>parte del banco %1</translation>
    </message>
    <message>
        <source>Bulk</source>
        <translation>Carga principal</translation>
    </message>
    <message>
        <source>Absorption</source>
        <translation>Absorción</translation>
    </message>
    <message>
        <source>Float</source>
        <translation>Flotación</translation>
    </message>
    <message>
        <source>starting</source>
        <translation>iniciando</translation>
    </message>
    <message>
        <source>searching</source>
        <translation>buscando</translation>
    </message>
    <message>
        <source>connecting</source>
        <translation>conectando</translation>
    </message>
    <message>
        <source>it needs its password</source>
        <translation>necesita su contraseña</translation>
    </message>
    <message>
        <source>not connected to the others</source>
        <translation>no conectado a los demás</translation>
    </message>
    <message>
        <source>lent to the phone app</source>
        <translation>prestado a la aplicación del teléfono</translation>
    </message>
    <message>
        <source>no contact</source>
        <translation>sin contacto</translation>
    </message>
    <message>
        <source>never read</source>
        <translation>nunca leído</translation>
    </message>
    <message>
        <source>less than a minute</source>
        <translation>menos de un minuto</translation>
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
        <translation>buena</translation>
    </message>
    <message>
        <source>fair</source>
        <translation>regular</translation>
    </message>
    <message>
        <source>weak</source>
        <translation>débil</translation>
    </message>
</context>
<context>
    <name>WorstCell</name>
    <message>
        <source>Lowest cell</source>
        <translation>Celda más baja</translation>
    </message>
    <message>
        <source>Highest cell</source>
        <translation>Celda más alta</translation>
    </message>
    <message>
        <source>%1, cell %2</source>
        <translation>%1, celda %2</translation>
    </message>
</context>
</TS>
