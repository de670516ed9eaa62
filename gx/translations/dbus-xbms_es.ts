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
    <name>AdapterRow</name>
    <message>
        <source>%1 of %2 connections</source>
        <translation>%1 de %2 conexiones</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>Apagado</translation>
    </message>
    <message>
        <source>Another program searches</source>
        <translation>Otro programa está buscando</translation>
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
    <name>BankMemberRow</name>
    <message>
        <source>Watch only: not allowed in this bank</source>
        <translation>Solo visualización: no permitido en este banco</translation>
    </message>
    <message>
        <source>Watch only</source>
        <translation>Solo visualización</translation>
    </message>
</context>
<context>
    <name>BankMembersPage</name>
    <message>
        <source>A bank needs packs. To end it, turn it off.</source>
        <translation>Un banco necesita packs. Para terminarlo, apáguelo.</translation>
    </message>
    <message>
        <source>A bank can have up to 16 packs.</source>
        <translation>Un banco puede tener hasta 16 packs.</translation>
    </message>
    <message>
        <source>Packs of the bank</source>
        <translation>Packs del banco</translation>
    </message>
    <message>
        <source>All packs</source>
        <translation>Todos los packs</translation>
    </message>
    <message>
        <source>Of one chemistry and cell count, and in no other bank</source>
        <translation>De la misma química y número de celdas, y en ningún otro banco</translation>
    </message>
    <message>
        <source>Or choose them. In series and mixed wiring, turn them on in their order, string after string.</source>
        <translation>O elíjalos. En serie y en conexión mixta, actívelos en su orden, rama tras rama.</translation>
    </message>
</context>
<context>
    <name>BankPage</name>
    <message>
        <source>Bank %1</source>
        <translation>Banco %1</translation>
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
        <translation>Todos los packs</translation>
    </message>
    <message>
        <source>Wiring</source>
        <translation>Conexión</translation>
    </message>
    <message>
        <source>Parallel</source>
        <translation>Paralelo</translation>
    </message>
    <message>
        <source>The same voltage; currents add up</source>
        <translation>Misma tensión; las corrientes se suman</translation>
    </message>
    <message>
        <source>Series</source>
        <translation>Serie</translation>
    </message>
    <message>
        <source>The same current; voltages add up</source>
        <translation>Misma corriente; las tensiones se suman</translation>
    </message>
    <message>
        <source>2 in series, 2 parallel</source>
        <translation>2 en serie, 2 en paralelo</translation>
    </message>
    <message>
        <source>2 in series, 3 parallel</source>
        <translation>2 en serie, 3 en paralelo</translation>
    </message>
    <message>
        <source>2 in series, 4 parallel</source>
        <translation>2 en serie, 4 en paralelo</translation>
    </message>
    <message>
        <source>4 in series, 2 parallel</source>
        <translation>4 en serie, 2 en paralelo</translation>
    </message>
    <message>
        <source>These packs act as one battery</source>
        <translation>Estos packs forman una batería</translation>
    </message>
    <message>
        <source>Only if these packs are really wired together as chosen here. Otherwise limits are wrong and packs can be overcharged.</source>
        <translation>Solo si estos packs están realmente conectados como se ha elegido aquí. De lo contrario, los límites son erróneos y los packs pueden sobrecargarse.</translation>
    </message>
    <message>
        <source>Control</source>
        <translation>Control</translation>
    </message>
    <message>
        <source>Only shown</source>
        <translation>Solo se muestra</translation>
    </message>
    <message>
        <source>Controls charging</source>
        <translation>Controla la carga</translation>
    </message>
    <message>
        <source>Every pack needs a chemistry</source>
        <translation>Cada pack necesita una química</translation>
    </message>
    <message>
        <source>With DVCC on, chargers and inverters obey this bank&apos;s voltage and currents. Check chemistry and currents of its packs first.</source>
        <translation>Con DVCC activado, cargadores e inversores obedecen a la tensión y las corrientes de este banco. Compruebe antes la química y las corrientes de sus packs.</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Nombre</translation>
    </message>
    <message>
        <source>Enter a name</source>
        <translation>Introduzca un nombre</translation>
    </message>
    <message>
        <source>Highest charge current</source>
        <translation>Corriente de carga máxima</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>Automático</translation>
    </message>
    <message>
        <source>What the packs can take</source>
        <translation>Lo que los packs admiten</translation>
    </message>
    <message>
        <source>Highest discharge current</source>
        <translation>Corriente de descarga máxima</translation>
    </message>
    <message>
        <source>What the packs can give</source>
        <translation>Lo que los packs entregan</translation>
    </message>
    <message>
        <source>Both currents automatic</source>
        <translation>Ambas corrientes automáticas</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>Restablecer</translation>
    </message>
    <message>
        <source>The bank leaves the GX, and its packs are batteries of their own again. Chargers that obey it stop with error 67.</source>
        <translation>El banco desaparece del GX y sus packs vuelven a ser baterías separadas. Los cargadores que le obedecen se detienen con el error 67.</translation>
    </message>
    <message>
        <source>Chargers do not obey it</source>
        <translation>Los cargadores no le obedecen</translation>
    </message>
    <message>
        <source>Chargers that obey this bank stop with error 67, until another battery controls them or you reset “BMS controlled” in their settings.</source>
        <translation>Los cargadores que obedecen a este banco se detienen con el error 67, hasta que otra batería los controle o usted restablezca «Controlado por BMS» en sus ajustes.</translation>
    </message>
    <message>
        <source>Allow watch-only packs</source>
        <translation>Permitir packs de solo visualización</translation>
    </message>
    <message>
        <source>Only within the currents that you set for each</source>
        <translation>Solo con las corrientes que fije para cada uno</translation>
    </message>
    <message>
        <source>What a watch-only pack reports must not be relied on: a wrong value can overcharge it. Only the highest currents that you set on its own page protect it. Without them the bank does not control.</source>
        <translation>No se puede confiar en los valores de un pack de solo visualización: un valor erróneo puede sobrecargarlo. Solo lo protegen las corrientes máximas que fije en su propia página. Sin ellas, el banco no controla.</translation>
    </message>
    <message>
        <source>If the bank has a watch-only pack, chargers no longer obey it and stop with error 67.</source>
        <translation>Si el banco tiene un pack de solo visualización, los cargadores dejan de obedecerlo y se detienen con el error 67.</translation>
    </message>
</context>
<context>
    <name>BanksPage</name>
    <message>
        <source>Banks</source>
        <translation>Bancos</translation>
    </message>
    <message>
        <source>Packs that are wired together act as one battery: the GX shows and obeys the bank.</source>
        <translation>Los packs conectados entre sí forman una batería: el GX muestra el banco y le obedece.</translation>
    </message>
    <message>
        <source>Create a bank</source>
        <translation>Crear un banco</translation>
    </message>
    <message>
        <source>It stays off until you turn it on</source>
        <translation>Queda apagado hasta que usted lo active</translation>
    </message>
    <message>
        <source>Create</source>
        <translation>Crear</translation>
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
    <name>DiagnosisPage</name>
    <message>
        <source>%1 d %2 h</source>
        <translation>%1 d %2 h</translation>
    </message>
    <message>
        <source>%1 h %2 min</source>
        <translation>%1 h %2 min</translation>
    </message>
    <message>
        <source>Diagnosis</source>
        <translation>Diagnóstico</translation>
    </message>
    <message>
        <source>Checking…</source>
        <translation>Comprobando…</translation>
    </message>
    <message>
        <source>Not checked yet</source>
        <translation>Aún sin comprobar</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>Nada encontrado</translation>
    </message>
    <message numerus="yes">
        <source>%n finding(s)</source>
        <translation>
            <numerusform>%n hallazgo</numerusform>
            <numerusform>%n hallazgos</numerusform>
        </translation>
    </message>
    <message>
        <source>Checked every ten minutes</source>
        <translation>Se comprueba cada diez minutos</translation>
    </message>
    <message>
        <source>Check now</source>
        <translation>Comprobar</translation>
    </message>
    <message>
        <source>Bluetooth</source>
        <translation>Bluetooth</translation>
    </message>
    <message>
        <source>No Bluetooth adapter. Plug one into a USB port.</source>
        <translation>Sin adaptador Bluetooth. Conecte uno a un puerto USB.</translation>
    </message>
    <message>
        <source>Program</source>
        <translation>Programa</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>Versión</translation>
    </message>
    <message>
        <source>Running for</source>
        <translation>En marcha desde hace</translation>
    </message>
    <message>
        <source>Processor</source>
        <translation>Procesador</translation>
    </message>
    <message>
        <source>%1 % of one core</source>
        <translation>%1 % de un núcleo</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Memoria</translation>
    </message>
    <message>
        <source>Restart the program</source>
        <translation>Reiniciar el programa</translation>
    </message>
    <message>
        <source>Restart</source>
        <translation>Reiniciar</translation>
    </message>
    <message>
        <source>All packs leave the GX for some seconds.</source>
        <translation>Todos los packs desaparecen del GX durante unos segundos.</translation>
    </message>
</context>
<context>
    <name>DiscoveredPage</name>
    <message>
        <source>Add a pack</source>
        <translation>Añadir un pack</translation>
    </message>
    <message>
        <source>Search for packs</source>
        <translation>Buscar packs</translation>
    </message>
    <message numerus="yes">
        <source>%n s left</source>
        <translation>
            <numerusform>quedan %n s</numerusform>
            <numerusform>quedan %n s</numerusform>
        </translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Iniciar</translation>
    </message>
    <message>
        <source>Nothing found so far.</source>
        <translation>Nada encontrado por ahora.</translation>
    </message>
    <message>
        <source>Nothing found. Start a search close to the packs, and close their phone app.</source>
        <translation>Nada encontrado. Busque cerca de los packs y cierre su aplicación del teléfono.</translation>
    </message>
    <message>
        <source>Add only your own packs: a neighbour may have some too.</source>
        <translation>Añada solo sus propios packs: un vecino puede tenerlos también.</translation>
    </message>
</context>
<context>
    <name>DiscoveredRow</name>
    <message>
        <source>connected</source>
        <translation>conectado</translation>
    </message>
    <message>
        <source>strong signal</source>
        <translation>señal fuerte</translation>
    </message>
    <message>
        <source>medium signal</source>
        <translation>señal media</translation>
    </message>
    <message>
        <source>weak signal</source>
        <translation>señal débil</translation>
    </message>
    <message>
        <source>%1, %2 dBm</source>
        <translation>%1, %2 dBm</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Añadir</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Ajustes</translation>
    </message>
    <message>
        <source>%1 (watch only)</source>
        <translation>%1 (solo se muestra)</translation>
    </message>
</context>
<context>
    <name>FindingRow</name>
    <message>
        <source>Problem</source>
        <translation>Problema</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Nota</translation>
    </message>
</context>
<context>
    <name>KnownPackRow</name>
    <message>
        <source>%1 (watch only)</source>
        <translation>%1 (solo se muestra)</translation>
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
    <message>
        <source>watch only</source>
        <translation>solo visualización</translation>
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
    <name>NewPackPage</name>
    <message>
        <source>New pack</source>
        <translation>Pack nuevo</translation>
    </message>
    <message>
        <source>The pack is added. Answer these questions; then it may control charging.</source>
        <translation>El pack está añadido. Responda a estas preguntas; después podrá controlar la carga.</translation>
    </message>
    <message>
        <source>Adding the pack…</source>
        <translation>Añadiendo el pack…</translation>
    </message>
    <message>
        <source>Use the lowest rating of cells, BMS, cables and fuse.</source>
        <translation>Use el menor valor nominal de celdas, BMS, cables y fusible.</translation>
    </message>
    <message>
        <source>All settings of this pack</source>
        <translation>Todos los ajustes de este pack</translation>
    </message>
    <message>
        <source>The pack is added.</source>
        <translation>El pack está añadido.</translation>
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
        <translation>Conexión</translation>
    </message>
    <message>
        <source>Stays connected</source>
        <translation>Permanece conectado</translation>
    </message>
    <message>
        <source>The phone app cannot connect; lend the pack to it</source>
        <translation>La aplicación no puede conectarse; préstele el pack</translation>
    </message>
    <message>
        <source>For each reading</source>
        <translation>Para cada lectura</translation>
    </message>
    <message>
        <source>The phone app can connect in between</source>
        <translation>La aplicación puede conectarse entre medias</translation>
    </message>
    <message>
        <source>Password</source>
        <translation>Contraseña</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Ninguna</translation>
    </message>
    <message>
        <source>a password has up to 32 characters</source>
        <translation>una contraseña tiene hasta 32 caracteres</translation>
    </message>
    <message>
        <source>Passkey</source>
        <translation>Código de emparejamiento</translation>
    </message>
    <message>
        <source>a passkey has up to six digits</source>
        <translation>un código de emparejamiento tiene hasta seis cifras</translation>
    </message>
    <message>
        <source>Most packs need neither. A passkey is for packs that want to be paired.</source>
        <translation>La mayoría de los packs no necesita ninguno. El código es para packs que requieren emparejamiento.</translation>
    </message>
    <message>
        <source>Accept a replaced BMS</source>
        <translation>Aceptar un BMS sustituido</translation>
    </message>
    <message>
        <source>After the BMS was replaced or reconfigured; turns itself off</source>
        <translation>Tras sustituir o reconfigurar el BMS; se apaga solo</translation>
    </message>
</context>
<context>
    <name>PackChargeCurrentRow</name>
    <message>
        <source>Highest charge current</source>
        <translation>Corriente de carga máxima</translation>
    </message>
</context>
<context>
    <name>PackChemistryRow</name>
    <message>
        <source>Cells are charged to %1 V</source>
        <translation>Las celdas se cargan hasta %1 V</translation>
    </message>
    <message>
        <source>Each cell is charged to %1 V at most. With the wrong chemistry, cells are destroyed or catch fire.</source>
        <translation>Cada celda se carga hasta %1 V como máximo. Con la química equivocada, las celdas se destruyen o se incendian.</translation>
    </message>
    <message>
        <source>Chemistry</source>
        <translation>Química</translation>
    </message>
    <message>
        <source>Not chosen</source>
        <translation>Sin elegir</translation>
    </message>
    <message>
        <source>The pack is only shown</source>
        <translation>El pack solo se muestra</translation>
    </message>
    <message>
        <source>Other</source>
        <translation>Otra</translation>
    </message>
    <message>
        <source>Needs all five cell voltages</source>
        <translation>Necesita las cinco tensiones de celda</translation>
    </message>
    <message>
        <source>Nothing is charged until you have set all five cell voltages. Wrong ones destroy cells or set them on fire.</source>
        <translation>No se carga nada hasta que haya ajustado las cinco tensiones de celda. Valores erróneos destruyen las celdas o las incendian.</translation>
    </message>
</context>
<context>
    <name>PackControlRow</name>
    <message>
        <source>Control</source>
        <translation>Control</translation>
    </message>
    <message>
        <source>Choose the chemistry first</source>
        <translation>Elija antes la química</translation>
    </message>
    <message>
        <source>Only shown</source>
        <translation>Solo se muestra</translation>
    </message>
    <message>
        <source>Controls charging</source>
        <translation>Controla la carga</translation>
    </message>
    <message>
        <source>Chargers and inverters obey this pack&apos;s limits</source>
        <translation>Cargadores e inversores obedecen a sus límites</translation>
    </message>
    <message>
        <source>With DVCC on, chargers and inverters obey this pack&apos;s voltage and currents. Check chemistry and currents first. Only one battery or bank can control.</source>
        <translation>Con DVCC activado, cargadores e inversores obedecen a la tensión y las corrientes de este pack. Compruebe antes la química y las corrientes. Solo puede controlar una batería o un banco.</translation>
    </message>
    <message>
        <source>Chargers do not obey it</source>
        <translation>Los cargadores no le obedecen</translation>
    </message>
    <message>
        <source>Chargers that obey this pack stop with error 67, until another battery controls them or you reset “BMS controlled” in their settings.</source>
        <translation>Los cargadores que obedecen a este pack se detienen con el error 67, hasta que otra batería los controle o usted restablezca «Controlado por BMS» en sus ajustes.</translation>
    </message>
</context>
<context>
    <name>PackCurrentRow</name>
    <message>
        <source>Automatic</source>
        <translation>Automático</translation>
    </message>
    <message>
        <source>%1 % of the capacity, at most what the BMS is rated for</source>
        <translation>%1 % de la capacidad, como máximo la corriente nominal del BMS</translation>
    </message>
</context>
<context>
    <name>PackCurrentsPage</name>
    <message>
        <source>Currents and capacity</source>
        <translation>Corrientes y capacidad</translation>
    </message>
    <message>
        <source>Both currents automatic</source>
        <translation>Ambas corrientes automáticas</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>Restablecer</translation>
    </message>
    <message>
        <source>Use the lowest rating of cells, BMS, cables and fuse.</source>
        <translation>Use el menor valor nominal de celdas, BMS, cables y fusible.</translation>
    </message>
    <message>
        <source>Capacity</source>
        <translation>Capacidad</translation>
    </message>
    <message>
        <source>0: as the BMS reports</source>
        <translation>0: según el BMS</translation>
    </message>
    <message>
        <source>As the BMS reports</source>
        <translation>Según el BMS</translation>
    </message>
    <message>
        <source>Limit currents by temperature</source>
        <translation>Limitar según la temperatura</translation>
    </message>
    <message>
        <source>Charging then needs a cell temperature</source>
        <translation>La carga exige entonces una temperatura de celda</translation>
    </message>
    <message>
        <source>Nothing then stops charging below freezing except the BMS. Charging frozen cells destroys them.</source>
        <translation>Entonces solo el BMS impide cargar con heladas. Cargar celdas heladas las destruye.</translation>
    </message>
</context>
<context>
    <name>PackDischargeCurrentRow</name>
    <message>
        <source>Highest discharge current</source>
        <translation>Corriente de descarga máxima</translation>
    </message>
</context>
<context>
    <name>PackNameRow</name>
    <message>
        <source>Name</source>
        <translation>Nombre</translation>
    </message>
    <message>
        <source>Enter a name</source>
        <translation>Introduzca un nombre</translation>
    </message>
</context>
<context>
    <name>PackPage</name>
    <message>
        <source>Currents and capacity</source>
        <translation>Corrientes y capacidad</translation>
    </message>
    <message>
        <source>Cell voltages</source>
        <translation>Tensiones de celda</translation>
    </message>
    <message>
        <source>Warnings</source>
        <translation>Avisos</translation>
    </message>
    <message>
        <source>Bluetooth</source>
        <translation>Bluetooth</translation>
    </message>
    <message>
        <source>Switching</source>
        <translation>Conmutación</translation>
    </message>
    <message>
        <source>Read this pack</source>
        <translation>Leer este pack</translation>
    </message>
    <message>
        <source>Off: it leaves the GX; its settings are kept</source>
        <translation>Apagado: desaparece del GX; se conservan sus ajustes</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>Dirección</translation>
    </message>
    <message>
        <source>The pack leaves the GX. Chargers that obey it stop with error 67, until another battery controls them.</source>
        <translation>El pack desaparece del GX. Los cargadores que le obedecen se detienen con el error 67, hasta que otra batería los controle.</translation>
    </message>
</context>
<context>
    <name>PackSwitchingPage</name>
    <message>
        <source>Switching</source>
        <translation>Conmutación</translation>
    </message>
    <message>
        <source>Allow switching charging</source>
        <translation>Permitir conmutar la carga</translation>
    </message>
    <message>
        <source>Charging off and on, discharging on</source>
        <translation>Carga apagada y encendida, descarga encendida</translation>
    </message>
    <message>
        <source>Anyone at this screen, in VRM or on the network can then turn off charging of this pack, without being asked.</source>
        <translation>Cualquiera en esta pantalla, en VRM o en la red puede entonces apagar la carga de este pack, sin confirmación.</translation>
    </message>
    <message>
        <source>Allow turning discharging off</source>
        <translation>Permitir apagar la descarga</translation>
    </message>
    <message>
        <source>The GX loses power if only this pack feeds it</source>
        <translation>El GX se queda sin corriente si solo este pack lo alimenta</translation>
    </message>
    <message>
        <source>Everything that only this pack feeds goes off at one tap. If that includes the GX, it loses power, and nobody can turn the pack on from here.</source>
        <translation>Todo lo que solo este pack alimenta se apaga con un toque. Si eso incluye el GX, este se apaga y nadie puede encender el pack desde aquí.</translation>
    </message>
    <message>
        <source>Allow switching balancing</source>
        <translation>Permitir conmutar el equilibrado</translation>
    </message>
    <message>
        <source>Changes a setting of the BMS</source>
        <translation>Cambia un ajuste del BMS</translation>
    </message>
    <message>
        <source>Cells drift apart while balancing is off. The BMS keeps this setting, also without this program.</source>
        <translation>Sin equilibrado, las celdas se separan. El BMS conserva este ajuste, también sin este programa.</translation>
    </message>
    <message>
        <source>Allow lending to the phone app</source>
        <translation>Permitir prestarlo a la aplicación</translation>
    </message>
    <message>
        <source>A pack in control is not charged meanwhile</source>
        <translation>Un pack que controla no se carga mientras tanto</translation>
    </message>
    <message>
        <source>While the phone app has the pack, the GX does not see it. If it controls charging, charging stops.</source>
        <translation>Mientras la aplicación tiene el pack, el GX no lo ve. Si controla la carga, esta se detiene.</translation>
    </message>
    <message>
        <source>On the switch pane</source>
        <translation>En el panel de interruptores</translation>
    </message>
    <message>
        <source>Charging</source>
        <translation>Carga</translation>
    </message>
    <message>
        <source>Discharging</source>
        <translation>Descarga</translation>
    </message>
    <message>
        <source>Lend to the phone app</source>
        <translation>Prestar a la aplicación</translation>
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
    <name>PackVoltageRow</name>
    <message>
        <source>Preset of %1</source>
        <translation>Valor para %1</translation>
    </message>
    <message>
        <source>Not set</source>
        <translation>Sin ajustar</translation>
    </message>
</context>
<context>
    <name>PackVoltagesPage</name>
    <message>
        <source>Cell voltages</source>
        <translation>Tensiones de celda</translation>
    </message>
    <message>
        <source>They must rise from the bottom of this list to the top.</source>
        <translation>Deben subir de abajo hacia arriba en esta lista.</translation>
    </message>
    <message>
        <source>Choose the chemistry first.</source>
        <translation>Elija antes la química.</translation>
    </message>
    <message>
        <source>These voltages contradict each other or the chemistry. Nothing is charged until they are corrected.</source>
        <translation>Estas tensiones se contradicen entre sí o con la química. No se carga nada hasta corregirlas.</translation>
    </message>
    <message>
        <source>Charging stops at</source>
        <translation>La carga se detiene a</translation>
    </message>
    <message>
        <source>Full</source>
        <translation>Llena</translation>
    </message>
    <message>
        <source>Float</source>
        <translation>Flotación</translation>
    </message>
    <message>
        <source>Discharging is reduced from</source>
        <translation>La descarga se reduce desde</translation>
    </message>
    <message>
        <source>Discharging stops at</source>
        <translation>La descarga se detiene a</translation>
    </message>
    <message>
        <source>All as in the preset</source>
        <translation>Todas como por defecto</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>Restablecer</translation>
    </message>
</context>
<context>
    <name>PackWarningsPage</name>
    <message>
        <source>Warnings</source>
        <translation>Avisos</translation>
    </message>
    <message>
        <source>Low state of charge</source>
        <translation>Estado de carga bajo</translation>
    </message>
    <message>
        <source>Alarm at half of it; 0: off</source>
        <translation>Alarma a la mitad; 0: apagado</translation>
    </message>
    <message>
        <source>Difference between cells</source>
        <translation>Diferencia entre celdas</translation>
    </message>
    <message>
        <source>Alarm at twice as much; 0: off</source>
        <translation>Alarma al doble; 0: apagado</translation>
    </message>
    <message>
        <source>High cell voltage</source>
        <translation>Tensión de celda alta</translation>
    </message>
    <message>
        <source>0: as in the preset</source>
        <translation>0: por defecto</translation>
    </message>
    <message>
        <source>As in the preset</source>
        <translation>Por defecto</translation>
    </message>
    <message>
        <source>Preset</source>
        <translation>Por defecto</translation>
    </message>
    <message>
        <source>Low cell voltage</source>
        <translation>Tensión de celda baja</translation>
    </message>
    <message>
        <source>High cell temperature</source>
        <translation>Temperatura de celda alta</translation>
    </message>
    <message>
        <source>Low cell temperature</source>
        <translation>Temperatura de celda baja</translation>
    </message>
    <message>
        <source>Both temperatures as in the preset</source>
        <translation>Ambas temperaturas por defecto</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>Restablecer</translation>
    </message>
    <message>
        <source>MOSFET temperature</source>
        <translation>Temperatura de los MOSFET</translation>
    </message>
    <message>
        <source>Alarm 15 °C above it; 0: off</source>
        <translation>Alarma 15 °C por encima; 0: apagado</translation>
    </message>
    <message>
        <source>Cell over-voltage at the end of a charge</source>
        <translation>Sobretensión de celda al final de la carga</translation>
    </message>
    <message>
        <source>Warning</source>
        <translation>Aviso</translation>
    </message>
    <message>
        <source>Alarm</source>
        <translation>Alarma</translation>
    </message>
</context>
<context>
    <name>PaneRow</name>
    <message>
        <source>Hidden</source>
        <translation>Oculto</translation>
    </message>
    <message>
        <source>Shown</source>
        <translation>Visible</translation>
    </message>
    <message>
        <source>A tap switches at once</source>
        <translation>Un toque conmuta al instante</translation>
    </message>
    <message>
        <source>On the GX only</source>
        <translation>Solo en el GX</translation>
    </message>
    <message>
        <source>In VRM only</source>
        <translation>Solo en VRM</translation>
    </message>
</context>
<context>
    <name>SettingNumber</name>
    <message>
        <source>The lowest value is %1.</source>
        <translation>El valor mínimo es %1.</translation>
    </message>
    <message>
        <source>The highest value is %1.</source>
        <translation>El valor máximo es %1.</translation>
    </message>
</context>
<context>
    <name>SettingText</name>
    <message>
        <source>up to 60 characters</source>
        <translation>hasta 60 caracteres</translation>
    </message>
    <message>
        <source>Not stored: %1.</source>
        <translation>No guardado: %1.</translation>
    </message>
</context>
<context>
    <name>Settings</name>
    <message>
        <source>Bluetooth batteries</source>
        <translation>Baterías Bluetooth</translation>
    </message>
    <message>
        <source>dbus-xbms is not running. Restart the GX; if that does not help, read its log.</source>
        <translation>dbus-xbms no está en marcha. Reinicie el GX; si no ayuda, lea su registro.</translation>
    </message>
    <message>
        <source>No packs yet. Search for them under “Add a pack”.</source>
        <translation>Aún no hay packs. Búsquelos en «Añadir un pack».</translation>
    </message>
    <message>
        <source>Add a pack</source>
        <translation>Añadir un pack</translation>
    </message>
    <message>
        <source>Banks</source>
        <translation>Bancos</translation>
    </message>
    <message>
        <source>Packs that are wired together</source>
        <translation>Packs conectados entre sí</translation>
    </message>
    <message>
        <source>Diagnosis</source>
        <translation>Diagnóstico</translation>
    </message>
    <message numerus="yes">
        <source>%n finding(s)</source>
        <translation>
            <numerusform>%n hallazgo</numerusform>
            <numerusform>%n hallazgos</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>States</name>
    <message>
        <source>Off</source>
        <translation>Apagado</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>Iniciando</translation>
    </message>
    <message>
        <source>Searching</source>
        <translation>Buscando</translation>
    </message>
    <message>
        <source>Connecting</source>
        <translation>Conectando</translation>
    </message>
    <message>
        <source>Connected</source>
        <translation>Conectado</translation>
    </message>
    <message>
        <source>Lent to the phone app</source>
        <translation>Prestado a la aplicación</translation>
    </message>
    <message>
        <source>The password is missing or wrong</source>
        <translation>Falta la contraseña o es errónea</translation>
    </message>
    <message>
        <source>The passkey is missing or wrong</source>
        <translation>Falta el código o es erróneo</translation>
    </message>
    <message>
        <source>Connects but never answers</source>
        <translation>Se conecta pero nunca responde</translation>
    </message>
    <message>
        <source>Another make of BMS</source>
        <translation>BMS de otra marca</translation>
    </message>
    <message>
        <source>Read by another program</source>
        <translation>Leído por otro programa</translation>
    </message>
    <message>
        <source>Its answers make no sense</source>
        <translation>Sus respuestas no tienen sentido</translation>
    </message>
    <message>
        <source>Its readings are not believed</source>
        <translation>Sus lecturas no son creíbles</translation>
    </message>
    <message>
        <source>Not heard: out of range, or its phone app is connected</source>
        <translation>No se recibe: fuera de alcance, o su aplicación está conectada</translation>
    </message>
    <message>
        <source>Heard, but no connection</source>
        <translation>Se recibe, pero sin conexión</translation>
    </message>
    <message>
        <source>No contact for a long time</source>
        <translation>Sin contacto desde hace tiempo</translation>
    </message>
    <message>
        <source>No Bluetooth on this GX</source>
        <translation>Sin Bluetooth en este GX</translation>
    </message>
    <message>
        <source>Bluetooth hangs: restart the GX</source>
        <translation>Bluetooth bloqueado: reinicie el GX</translation>
    </message>
    <message>
        <source>Another program keeps Bluetooth busy</source>
        <translation>Otro programa ocupa el Bluetooth</translation>
    </message>
    <message>
        <source>No Bluetooth adapter</source>
        <translation>Sin adaptador Bluetooth</translation>
    </message>
    <message>
        <source>The Bluetooth adapter is off</source>
        <translation>El adaptador Bluetooth está apagado</translation>
    </message>
    <message>
        <source>The adapter has no free connection</source>
        <translation>El adaptador no tiene conexiones libres</translation>
    </message>
    <message>
        <source>Another program shows this pack</source>
        <translation>Otro programa muestra este pack</translation>
    </message>
    <message>
        <source>The library for this make is missing</source>
        <translation>Falta la biblioteca para esta marca</translation>
    </message>
    <message>
        <source>Read, but the GX does not show it</source>
        <translation>Leído, pero el GX no lo muestra</translation>
    </message>
    <message>
        <source>Stopped by an error of this program</source>
        <translation>Detenido por un error del programa</translation>
    </message>
    <message>
        <source>Off: turn it on if its packs are wired together</source>
        <translation>Apagado: actívelo si sus packs están conectados entre sí</translation>
    </message>
    <message>
        <source>In use</source>
        <translation>En uso</translation>
    </message>
</context>
<context>
    <name>StoredCheck</name>
    <message>
        <source>%1 was not stored: the value was refused.</source>
        <translation>%1 no se ha guardado: el valor fue rechazado.</translation>
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
    <name>WatchOnlyLabel</name>
    <message>
        <source>Watch only: this make is shown, but never controls charging and cannot be switched. The library that reads it must not be used for safety.</source>
        <translation>Solo se muestra: esta marca nunca controla la carga ni se puede conmutar. La biblioteca que la lee no debe usarse para la seguridad.</translation>
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
        <source>this make is only watched</source>
        <translation>esta marca solo se muestra</translation>
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
    <message>
        <source>by the rating of the BMS, %1 A; no limit is set</source>
        <translation>según la capacidad nominal del BMS, %1 A; sin límite ajustado</translation>
    </message>
    <message>
        <source>at most %1 A, as no limit is set</source>
        <translation>como máximo %1 A, porque no hay límite ajustado</translation>
    </message>
    <message>
        <source>the capacity is unknown: set it, or a current</source>
        <translation>la capacidad es desconocida: ajústela, o una corriente</translation>
    </message>
    <message>
        <source>sensor 1 at %1 °C; where it is has not been set</source>
        <translation>sensor 1 a %1 °C; su lugar no está ajustado</translation>
    </message>
    <message>
        <source>%1 A to wake the BMS</source>
        <translation>%1 A para despertar el BMS</translation>
    </message>
    <message>
        <source>charge MOSFET off: %1</source>
        <translation>MOSFET de carga apagado: %1</translation>
    </message>
    <message>
        <source>discharge MOSFET off: %1</source>
        <translation>MOSFET de descarga apagado: %1</translation>
    </message>
    <message>
        <source>no pack is connected</source>
        <translation>ningún pack está conectado</translation>
    </message>
    <message>
        <source>lowered because chargers exceed the current limit</source>
        <translation>reducida porque los cargadores superan el límite de corriente</translation>
    </message>
    <message>
        <source>lowered because cell voltages are unknown</source>
        <translation>reducida porque se desconocen las tensiones de las celdas</translation>
    </message>
    <message>
        <source>lowered for a dead cell</source>
        <translation>reducida por una celda muerta</translation>
    </message>
    <message>
        <source>lowered while charging is stopped</source>
        <translation>reducida mientras la carga está parada</translation>
    </message>
    <message>
        <source>lowered for the highest cell</source>
        <translation>reducida por la celda más alta</translation>
    </message>
    <message>
        <source>to balance the cells</source>
        <translation>para equilibrar las celdas</translation>
    </message>
    <message>
        <source>balancing</source>
        <translation>equilibrado</translation>
    </message>
    <message>
        <source>the settings are refused</source>
        <translation>los ajustes no son válidos</translation>
    </message>
    <message>
        <source>%1 has a charge voltage limit</source>
        <translation>%1 fija una tensión de carga</translation>
    </message>
    <message>
        <source>%1 controls</source>
        <translation>%1 controla</translation>
    </message>
    <message>
        <source>the pack did not answer in time</source>
        <translation>el pack no respondió a tiempo</translation>
    </message>
    <message>
        <source>not in range</source>
        <translation>fuera de alcance</translation>
    </message>
    <message>
        <source>connection lost</source>
        <translation>conexión perdida</translation>
    </message>
    <message>
        <source>the pack needs to be paired</source>
        <translation>el pack debe emparejarse</translation>
    </message>
    <message>
        <source>reached, but it is another make of BMS</source>
        <translation>alcanzado, pero es un BMS de otra marca</translation>
    </message>
    <message>
        <source>the BMS cannot measure</source>
        <translation>el BMS no puede medir</translation>
    </message>
    <message>
        <source>charge fault</source>
        <translation>fallo de carga</translation>
    </message>
    <message>
        <source>discharge fault</source>
        <translation>fallo de descarga</translation>
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
