<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="fr" sourcelanguage="en">
<context>
    <name></name>
    <message>
        <source>Packs of the bank</source>
        <translation>Packs du parc</translation>
    </message>
    <message>
        <source>Cells and limits</source>
        <translation>Cellules et limites</translation>
    </message>
</context>
<context>
    <name>Bank</name>
    <message>
        <source>All packs</source>
        <translation>Tous les packs</translation>
    </message>
    <message>
        <source>Charge</source>
        <translation>Charge</translation>
    </message>
    <message>
        <source>Current</source>
        <translation>Courant</translation>
    </message>
    <message>
        <source>Limits of the bank</source>
        <translation>Limites du parc</translation>
    </message>
    <message>
        <source>Charging at most</source>
        <translation>Charge au plus</translation>
    </message>
    <message>
        <source>Discharging at most</source>
        <translation>Décharge au plus</translation>
    </message>
    <message>
        <source>What you should do</source>
        <translation>Ce que vous devriez faire</translation>
    </message>
</context>
<context>
    <name>CellBars</name>
    <message>
        <source>being balanced</source>
        <translation>en équilibrage</translation>
    </message>
    <message>
        <source>The BMS reports no cell voltages.</source>
        <translation>Le BMS n&apos;indique pas les tensions des cellules.</translation>
    </message>
    <message>
        <source>No cell voltages now.</source>
        <translation>Pas de tensions de cellules actuellement.</translation>
    </message>
    <message>
        <source>Bars: from %1 V (empty) to %2 V (full)</source>
        <translation>Barres : de %1 V (vide) à %2 V (plein)</translation>
    </message>
    <message>
        <source>Bars: from %1 V to %2 V. The chemistry is not chosen.</source>
        <translation>Barres : de %1 V à %2 V. La chimie n&apos;est pas choisie.</translation>
    </message>
</context>
<context>
    <name>LendRow</name>
    <message>
        <source>Lend Bluetooth to the phone app</source>
        <translation>Prêter le Bluetooth à l&apos;appli du téléphone</translation>
    </message>
    <message>
        <source>Take back</source>
        <translation>Reprendre</translation>
    </message>
    <message>
        <source>Lend for %1 min</source>
        <translation>Prêter %1 min</translation>
    </message>
    <message>
        <source>Lent, %1 min left</source>
        <translation>Prêté, encore %1 min</translation>
    </message>
    <message>
        <source>Not allowed by the settings of the pack.</source>
        <translation>Interdit par les réglages du pack.</translation>
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
        <translation>Âge de la dernière mesure : %1</translation>
    </message>
    <message>
        <source>No reading yet</source>
        <translation>Pas encore de mesure</translation>
    </message>
</context>
<context>
    <name>MemberCard</name>
    <message>
        <source>%1 % of the current</source>
        <translation>%1 % du courant</translation>
    </message>
    <message>
        <source>Charge</source>
        <translation>Charge</translation>
    </message>
    <message>
        <source>Current</source>
        <translation>Courant</translation>
    </message>
    <message>
        <source>Lowest cell</source>
        <translation>Cellule basse</translation>
    </message>
    <message>
        <source>Highest cell</source>
        <translation>Cellule haute</translation>
    </message>
    <message>
        <source>Charging at most %1 A: %2</source>
        <translation>Charge au plus %1 A : %2</translation>
    </message>
    <message>
        <source>Discharging at most %1 A: %2</source>
        <translation>Décharge au plus %1 A : %2</translation>
    </message>
</context>
<context>
    <name>ModeRow</name>
    <message>
        <source>Charge voltage</source>
        <translation>Tension de charge</translation>
    </message>
    <message>
        <source>Does not control chargers</source>
        <translation>Ne pilote pas les chargeurs</translation>
    </message>
</context>
<context>
    <name>MosfetRow</name>
    <message>
        <source>On</source>
        <translation>Marche</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>Arrêt</translation>
    </message>
    <message>
        <source>It was switched off, here or with the phone app.</source>
        <translation>Il a été coupé, ici ou avec l&apos;appli du téléphone.</translation>
    </message>
    <message>
        <source>A protection of the BMS turned it off: %1</source>
        <translation>Une protection du BMS l&apos;a coupé : %1</translation>
    </message>
    <message>
        <source>The BMS gives no reason.</source>
        <translation>Le BMS ne donne pas de raison.</translation>
    </message>
    <message>
        <source>It is being switched on.</source>
        <translation>Il est en cours d&apos;activation.</translation>
    </message>
</context>
<context>
    <name>PackView</name>
    <message>
        <source>Lowest, cell %1</source>
        <translation>Basse, cellule %1</translation>
    </message>
    <message>
        <source>Highest, cell %1</source>
        <translation>Haute, cellule %1</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>Écart</translation>
    </message>
    <message>
        <source>Limits</source>
        <translation>Limites</translation>
    </message>
    <message>
        <source>Charging at most</source>
        <translation>Charge au plus</translation>
    </message>
    <message>
        <source>Discharging at most</source>
        <translation>Décharge au plus</translation>
    </message>
    <message>
        <source>MOSFETs</source>
        <translation>MOSFET</translation>
    </message>
    <message>
        <source>Charge MOSFET</source>
        <translation>MOSFET de charge</translation>
    </message>
    <message>
        <source>Discharge MOSFET</source>
        <translation>MOSFET de décharge</translation>
    </message>
    <message>
        <source>Last command</source>
        <translation>Dernière commande</translation>
    </message>
    <message>
        <source>Bluetooth</source>
        <translation>Bluetooth</translation>
    </message>
    <message>
        <source>Disturbed by</source>
        <translation>Perturbé par</translation>
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
        <translation>Températures</translation>
    </message>
    <message>
        <source>MOSFETs (sensor %1)</source>
        <translation>MOSFET (sonde %1)</translation>
    </message>
    <message>
        <source>Cells (sensor %1)</source>
        <translation>Cellules (sonde %1)</translation>
    </message>
    <message>
        <source>Sensor %1</source>
        <translation>Sonde %1</translation>
    </message>
</context>
<context>
    <name>Warnings</name>
    <message>
        <source>Lent to the phone app, %1 min left</source>
        <translation>Prêté à l&apos;appli du téléphone, encore %1 min</translation>
    </message>
    <message>
        <source>No contact for %1</source>
        <translation>Pas de contact depuis %1</translation>
    </message>
    <message>
        <source>No contact yet</source>
        <translation>Pas encore de contact</translation>
    </message>
    <message>
        <source>No reply: the values are %1 old</source>
        <translation>Pas de réponse : âge des valeurs %1</translation>
    </message>
    <message>
        <source>No reply</source>
        <translation>Pas de réponse</translation>
    </message>
</context>
<context>
    <name>Words</name>
    <message>
        <source>High cell voltage</source>
        <translation>Tension de cellule élevée</translation>
    </message>
    <message>
        <source>Low cell voltage</source>
        <translation>Tension de cellule basse</translation>
    </message>
    <message>
        <source>High battery voltage</source>
        <translation>Tension batterie élevée</translation>
    </message>
    <message>
        <source>Low battery voltage</source>
        <translation>Tension batterie basse</translation>
    </message>
    <message>
        <source>Too hot to charge</source>
        <translation>Trop chaud pour charger</translation>
    </message>
    <message>
        <source>Too cold to charge</source>
        <translation>Trop froid pour charger</translation>
    </message>
    <message>
        <source>Battery too hot</source>
        <translation>Batterie trop chaude</translation>
    </message>
    <message>
        <source>Battery too cold</source>
        <translation>Batterie trop froide</translation>
    </message>
    <message>
        <source>High charge current</source>
        <translation>Courant de charge élevé</translation>
    </message>
    <message>
        <source>High discharge current</source>
        <translation>Courant de décharge élevé</translation>
    </message>
    <message>
        <source>Fault in the BMS or its settings</source>
        <translation>Défaut du BMS ou de ses réglages</translation>
    </message>
    <message>
        <source>MOSFETs too hot</source>
        <translation>MOSFET trop chauds</translation>
    </message>
    <message>
        <source>Low state of charge</source>
        <translation>État de charge bas</translation>
    </message>
    <message>
        <source>Cell voltages differ</source>
        <translation>Écart entre les cellules</translation>
    </message>
    <message>
        <source>Temperature sensor fails</source>
        <translation>Sonde de température en défaut</translation>
    </message>
    <message>
        <source>%1, from the last reading</source>
        <translation>%1, selon la dernière mesure</translation>
    </message>
    <message>
        <source>rising slowly after: %1</source>
        <translation>remonte lentement après : %1</translation>
    </message>
    <message>
        <source>rising slowly to: %1</source>
        <translation>remonte lentement vers : %1</translation>
    </message>
    <message>
        <source>protection of the BMS: %1</source>
        <translation>protection du BMS : %1</translation>
    </message>
    <message>
        <source>cell %1 at %2 V: stopped at %3 V until back at %4 V</source>
        <translation>cellule %1 à %2 V : arrêt à %3 V jusqu&apos;au retour à %4 V</translation>
    </message>
    <message>
        <source>cell %1 at %2 V: dead or shorted, have it checked</source>
        <translation>cellule %1 à %2 V : morte ou en court-circuit, à faire vérifier</translation>
    </message>
    <message>
        <source>cell %1 at %2 V: deeply discharged, only a small current</source>
        <translation>cellule %1 à %2 V : décharge profonde, faible courant seulement</translation>
    </message>
    <message>
        <source>cell %1 at %2 V</source>
        <translation>cellule %1 à %2 V</translation>
    </message>
    <message>
        <source>cells at %1 °C</source>
        <translation>cellules à %1 °C</translation>
    </message>
    <message>
        <source>MOSFETs at %1 °C</source>
        <translation>MOSFET à %1 °C</translation>
    </message>
    <message>
        <source>state of charge %1 %</source>
        <translation>état de charge %1 %</translation>
    </message>
    <message>
        <source>your limit of %1 A</source>
        <translation>votre limite de %1 A</translation>
    </message>
    <message>
        <source>by its capacity of %1 Ah; no limit is set</source>
        <translation>selon la capacité de %1 Ah ; aucune limite réglée</translation>
    </message>
    <message>
        <source>cell voltages unknown</source>
        <translation>tensions des cellules inconnues</translation>
    </message>
    <message>
        <source>the charge MOSFET is off</source>
        <translation>le MOSFET de charge est coupé</translation>
    </message>
    <message>
        <source>the discharge MOSFET is off</source>
        <translation>le MOSFET de décharge est coupé</translation>
    </message>
    <message>
        <source>no reliable temperature sensor at the cells</source>
        <translation>aucune sonde de température fiable sur les cellules</translation>
    </message>
    <message>
        <source>no contact: no charging</source>
        <translation>pas de contact : pas de charge</translation>
    </message>
    <message>
        <source>no contact: no discharging</source>
        <translation>pas de contact : pas de décharge</translation>
    </message>
    <message>
        <source>no contact: reduced</source>
        <translation>pas de contact : réduit</translation>
    </message>
    <message>
        <source>a cell is too high</source>
        <translation>une cellule est trop haute</translation>
    </message>
    <message>
        <source>a cell is too low</source>
        <translation>une cellule est trop basse</translation>
    </message>
    <message>
        <source>pack voltage too high</source>
        <translation>tension du pack trop élevée</translation>
    </message>
    <message>
        <source>pack voltage too low</source>
        <translation>tension du pack trop basse</translation>
    </message>
    <message>
        <source>too hot</source>
        <translation>trop chaud</translation>
    </message>
    <message>
        <source>too cold</source>
        <translation>trop froid</translation>
    </message>
    <message>
        <source>charge current too high</source>
        <translation>courant de charge trop élevé</translation>
    </message>
    <message>
        <source>discharge current too high</source>
        <translation>courant de décharge trop élevé</translation>
    </message>
    <message>
        <source>short circuit</source>
        <translation>court-circuit</translation>
    </message>
    <message>
        <source>the chemistry is not chosen</source>
        <translation>la chimie n&apos;est pas choisie</translation>
    </message>
    <message>
        <source>part of the bank %1</source>
        <translation>membre du parc %1</translation>
    </message>
    <message>
        <source>Bulk</source>
        <translation>Charge principale</translation>
    </message>
    <message>
        <source>Absorption</source>
        <translation>Absorption</translation>
    </message>
    <message>
        <source>Float</source>
        <translation>Maintien</translation>
    </message>
    <message>
        <source>starting</source>
        <translation>démarrage</translation>
    </message>
    <message>
        <source>searching</source>
        <translation>recherche en cours</translation>
    </message>
    <message>
        <source>connecting</source>
        <translation>connexion en cours</translation>
    </message>
    <message>
        <source>it needs its password</source>
        <translation>mot de passe nécessaire</translation>
    </message>
    <message>
        <source>not connected to the others</source>
        <translation>non raccordé aux autres</translation>
    </message>
    <message>
        <source>lent to the phone app</source>
        <translation>prêté à l&apos;appli du téléphone</translation>
    </message>
    <message>
        <source>no contact</source>
        <translation>pas de contact</translation>
    </message>
    <message>
        <source>never read</source>
        <translation>jamais lu</translation>
    </message>
    <message>
        <source>less than a minute</source>
        <translation>moins d&apos;une minute</translation>
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
        <translation>bon</translation>
    </message>
    <message>
        <source>fair</source>
        <translation>moyen</translation>
    </message>
    <message>
        <source>weak</source>
        <translation>faible</translation>
    </message>
</context>
<context>
    <name>WorstCell</name>
    <message>
        <source>Lowest cell</source>
        <translation>Cellule basse</translation>
    </message>
    <message>
        <source>Highest cell</source>
        <translation>Cellule haute</translation>
    </message>
    <message>
        <source>%1, cell %2</source>
        <translation>%1, cellule %2</translation>
    </message>
</context>
</TS>
