<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="fr" sourcelanguage="en">
<context>
    <name></name>
    <message>
        <source>Packs of the bank</source>
        <translation>Packs du groupe</translation>
    </message>
    <message>
        <source>Cells and limits</source>
        <translation>Cellules et limites</translation>
    </message>
</context>
<context>
    <name>AdapterRow</name>
    <message>
        <source>%1 of %2 connections</source>
        <translation>%1 connexions sur %2</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>Désactivé</translation>
    </message>
    <message>
        <source>Another program searches</source>
        <translation>Un autre programme recherche</translation>
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
    <name>BankMemberRow</name>
    <message>
        <source>Watch only: not allowed in this bank</source>
        <translation>Affichage seul : non autorisé dans ce groupe</translation>
    </message>
    <message>
        <source>Watch only</source>
        <translation>Affichage seul</translation>
    </message>
</context>
<context>
    <name>BankMembersPage</name>
    <message>
        <source>A bank needs packs. To end it, turn it off.</source>
        <translation>Un groupe a besoin de packs. Pour le supprimer, désactivez-le.</translation>
    </message>
    <message>
        <source>A bank can have up to 16 packs.</source>
        <translation>Un groupe peut avoir jusqu&apos;à 16 packs.</translation>
    </message>
    <message>
        <source>Packs of the bank</source>
        <translation>Packs du groupe</translation>
    </message>
    <message>
        <source>All packs</source>
        <translation>Tous les packs</translation>
    </message>
    <message>
        <source>Of one chemistry and cell count, and in no other bank</source>
        <translation>De même chimie et même nombre de cellules, et dans aucun autre groupe</translation>
    </message>
    <message>
        <source>Or choose them. In series and mixed wiring, turn them on in their order, string after string.</source>
        <translation>Ou choisissez-les. En série et en montage mixte, activez-les dans leur ordre, branche après branche.</translation>
    </message>
</context>
<context>
    <name>BankPage</name>
    <message>
        <source>Bank %1</source>
        <translation>Groupe %1</translation>
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
        <translation>Tous les packs</translation>
    </message>
    <message>
        <source>Wiring</source>
        <translation>Montage</translation>
    </message>
    <message>
        <source>Parallel</source>
        <translation>Parallèle</translation>
    </message>
    <message>
        <source>The same voltage; currents add up</source>
        <translation>Même tension ; les courants s&apos;additionnent</translation>
    </message>
    <message>
        <source>Series</source>
        <translation>Série</translation>
    </message>
    <message>
        <source>The same current; voltages add up</source>
        <translation>Même courant ; les tensions s&apos;additionnent</translation>
    </message>
    <message>
        <source>2 in series, 2 parallel</source>
        <translation>2 en série, 2 en parallèle</translation>
    </message>
    <message>
        <source>2 in series, 3 parallel</source>
        <translation>2 en série, 3 en parallèle</translation>
    </message>
    <message>
        <source>2 in series, 4 parallel</source>
        <translation>2 en série, 4 en parallèle</translation>
    </message>
    <message>
        <source>4 in series, 2 parallel</source>
        <translation>4 en série, 2 en parallèle</translation>
    </message>
    <message>
        <source>These packs act as one battery</source>
        <translation>Ces packs forment une batterie</translation>
    </message>
    <message>
        <source>Only if these packs are really wired together as chosen here. Otherwise limits are wrong and packs can be overcharged.</source>
        <translation>Seulement si ces packs sont réellement câblés comme choisi ici. Sinon les limites sont fausses et des packs peuvent être surchargés.</translation>
    </message>
    <message>
        <source>Control</source>
        <translation>Contrôle</translation>
    </message>
    <message>
        <source>Only shown</source>
        <translation>Affichage seul</translation>
    </message>
    <message>
        <source>Controls charging</source>
        <translation>Contrôle la charge</translation>
    </message>
    <message>
        <source>Every pack needs a chemistry</source>
        <translation>Chaque pack a besoin d&apos;une chimie</translation>
    </message>
    <message>
        <source>With DVCC on, chargers and inverters obey this bank&apos;s voltage and currents. Check chemistry and currents of its packs first.</source>
        <translation>Avec DVCC activé, chargeurs et convertisseurs obéissent à la tension et aux courants de ce groupe. Vérifiez d&apos;abord la chimie et les courants de ses packs.</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Nom</translation>
    </message>
    <message>
        <source>Enter a name</source>
        <translation>Entrez un nom</translation>
    </message>
    <message>
        <source>Highest charge current</source>
        <translation>Courant de charge max.</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>Automatique</translation>
    </message>
    <message>
        <source>What the packs can take</source>
        <translation>Ce que les packs acceptent</translation>
    </message>
    <message>
        <source>Highest discharge current</source>
        <translation>Courant de décharge max.</translation>
    </message>
    <message>
        <source>What the packs can give</source>
        <translation>Ce que les packs fournissent</translation>
    </message>
    <message>
        <source>Both currents automatic</source>
        <translation>Les deux courants automatiques</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>Réinitialiser</translation>
    </message>
    <message>
        <source>The bank leaves the GX, and its packs are batteries of their own again. Chargers that obey it stop with error 67.</source>
        <translation>Le groupe disparaît du GX, et ses packs redeviennent des batteries séparées. Les chargeurs qui lui obéissent s&apos;arrêtent avec l&apos;erreur 67.</translation>
    </message>
    <message>
        <source>Chargers do not obey it</source>
        <translation>Les chargeurs ne lui obéissent pas</translation>
    </message>
    <message>
        <source>Chargers that obey this bank stop with error 67, until another battery controls them or you reset “BMS controlled” in their settings.</source>
        <translation>Les chargeurs qui obéissent à ce groupe s&apos;arrêtent avec l&apos;erreur 67, jusqu&apos;à ce qu&apos;une autre batterie les contrôle ou que vous réinitialisiez « Contrôlé par BMS » dans leurs paramètres.</translation>
    </message>
    <message>
        <source>Allow watch-only packs</source>
        <translation>Autoriser les packs en affichage seul</translation>
    </message>
    <message>
        <source>Only within the currents that you set for each</source>
        <translation>Seulement avec les courants que vous fixez pour chacun</translation>
    </message>
    <message>
        <source>What a watch-only pack reports must not be relied on: a wrong value can overcharge it. Only the highest currents that you set on its own page protect it. Without them the bank does not control.</source>
        <translation>On ne peut pas se fier aux valeurs d&apos;un pack en affichage seul : une valeur fausse peut le surcharger. Seuls les courants maximaux que vous fixez sur sa propre page le protègent. Sans eux, le groupe ne commande pas.</translation>
    </message>
    <message>
        <source>If the bank has a watch-only pack, chargers no longer obey it and stop with error 67.</source>
        <translation>Si le groupe a un pack en affichage seul, les chargeurs ne lui obéissent plus et s&apos;arrêtent avec l&apos;erreur 67.</translation>
    </message>
</context>
<context>
    <name>BanksPage</name>
    <message>
        <source>Banks</source>
        <translation>Groupes</translation>
    </message>
    <message>
        <source>Packs that are wired together act as one battery: the GX shows and obeys the bank.</source>
        <translation>Des packs câblés ensemble forment une batterie : le GX affiche le groupe et lui obéit.</translation>
    </message>
    <message>
        <source>Create a bank</source>
        <translation>Créer un groupe</translation>
    </message>
    <message>
        <source>It stays off until you turn it on</source>
        <translation>Il reste désactivé jusqu&apos;à ce que vous l&apos;activiez</translation>
    </message>
    <message>
        <source>Create</source>
        <translation>Créer</translation>
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
    <name>DiagnosisPage</name>
    <message>
        <source>%1 d %2 h</source>
        <translation>%1 j %2 h</translation>
    </message>
    <message>
        <source>%1 h %2 min</source>
        <translation>%1 h %2 min</translation>
    </message>
    <message>
        <source>Diagnosis</source>
        <translation>Diagnostic</translation>
    </message>
    <message>
        <source>Checking…</source>
        <translation>Vérification…</translation>
    </message>
    <message>
        <source>Not checked yet</source>
        <translation>Pas encore vérifié</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>Rien trouvé</translation>
    </message>
    <message numerus="yes">
        <source>%n finding(s)</source>
        <translation>
            <numerusform>%n constat</numerusform>
            <numerusform>%n constats</numerusform>
        </translation>
    </message>
    <message>
        <source>Checked every ten minutes</source>
        <translation>Vérifié toutes les dix minutes</translation>
    </message>
    <message>
        <source>Check now</source>
        <translation>Vérifier</translation>
    </message>
    <message>
        <source>Bluetooth</source>
        <translation>Bluetooth</translation>
    </message>
    <message>
        <source>No Bluetooth adapter. Plug one into a USB port.</source>
        <translation>Pas d&apos;adaptateur Bluetooth. Branchez-en un sur un port USB.</translation>
    </message>
    <message>
        <source>Program</source>
        <translation>Programme</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>Version</translation>
    </message>
    <message>
        <source>Running for</source>
        <translation>En marche depuis</translation>
    </message>
    <message>
        <source>Processor</source>
        <translation>Processeur</translation>
    </message>
    <message>
        <source>%1 % of one core</source>
        <translation>%1 % d&apos;un cœur</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Mémoire</translation>
    </message>
    <message>
        <source>Restart the program</source>
        <translation>Redémarrer le programme</translation>
    </message>
    <message>
        <source>Restart</source>
        <translation>Redémarrer</translation>
    </message>
    <message>
        <source>All packs leave the GX for some seconds.</source>
        <translation>Tous les packs disparaissent du GX pendant quelques secondes.</translation>
    </message>
</context>
<context>
    <name>DiscoveredPage</name>
    <message>
        <source>Add a pack</source>
        <translation>Ajouter un pack</translation>
    </message>
    <message>
        <source>Search for packs</source>
        <translation>Rechercher des packs</translation>
    </message>
    <message numerus="yes">
        <source>%n s left</source>
        <translation>
            <numerusform>encore %n s</numerusform>
            <numerusform>encore %n s</numerusform>
        </translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Démarrer</translation>
    </message>
    <message>
        <source>Nothing found so far.</source>
        <translation>Rien trouvé pour l&apos;instant.</translation>
    </message>
    <message>
        <source>Nothing found. Start a search close to the packs, and close their phone app.</source>
        <translation>Rien trouvé. Lancez une recherche près des packs, et fermez leur application.</translation>
    </message>
    <message>
        <source>Add only your own packs: a neighbour may have some too.</source>
        <translation>N&apos;ajoutez que vos propres packs : un voisin peut en avoir aussi.</translation>
    </message>
</context>
<context>
    <name>DiscoveredRow</name>
    <message>
        <source>connected</source>
        <translation>connecté</translation>
    </message>
    <message>
        <source>strong signal</source>
        <translation>signal fort</translation>
    </message>
    <message>
        <source>medium signal</source>
        <translation>signal moyen</translation>
    </message>
    <message>
        <source>weak signal</source>
        <translation>signal faible</translation>
    </message>
    <message>
        <source>%1, %2 dBm</source>
        <translation>%1, %2 dBm</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Ajouter</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Paramètres</translation>
    </message>
    <message>
        <source>%1 (watch only)</source>
        <translation>%1 (affichage seul)</translation>
    </message>
</context>
<context>
    <name>FindingRow</name>
    <message>
        <source>Problem</source>
        <translation>Problème</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Remarque</translation>
    </message>
</context>
<context>
    <name>KnownPackRow</name>
    <message>
        <source>%1 (watch only)</source>
        <translation>%1 (affichage seul)</translation>
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
    <message>
        <source>watch only</source>
        <translation>affichage seul</translation>
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
    <name>NewPackPage</name>
    <message>
        <source>New pack</source>
        <translation>Nouveau pack</translation>
    </message>
    <message>
        <source>The pack is added. Answer these questions; then it may control charging.</source>
        <translation>Le pack est ajouté. Répondez à ces questions ; il pourra ensuite contrôler la charge.</translation>
    </message>
    <message>
        <source>Adding the pack…</source>
        <translation>Ajout du pack…</translation>
    </message>
    <message>
        <source>Use the lowest rating of cells, BMS, cables and fuse.</source>
        <translation>Prenez la plus faible valeur entre cellules, BMS, câbles et fusible.</translation>
    </message>
    <message>
        <source>All settings of this pack</source>
        <translation>Tous les paramètres de ce pack</translation>
    </message>
    <message>
        <source>The pack is added.</source>
        <translation>Le pack est ajouté.</translation>
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
        <translation>Connexion</translation>
    </message>
    <message>
        <source>Stays connected</source>
        <translation>Reste connecté</translation>
    </message>
    <message>
        <source>The phone app cannot connect; lend the pack to it</source>
        <translation>L&apos;application ne peut pas se connecter ; prêtez-lui le pack</translation>
    </message>
    <message>
        <source>For each reading</source>
        <translation>Pour chaque lecture</translation>
    </message>
    <message>
        <source>The phone app can connect in between</source>
        <translation>L&apos;application peut se connecter entre-temps</translation>
    </message>
    <message>
        <source>Password</source>
        <translation>Mot de passe</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Aucun</translation>
    </message>
    <message>
        <source>a password has up to 32 characters</source>
        <translation>un mot de passe a 32 caractères au plus</translation>
    </message>
    <message>
        <source>Passkey</source>
        <translation>Code d&apos;appairage</translation>
    </message>
    <message>
        <source>a passkey has up to six digits</source>
        <translation>un code d&apos;appairage a six chiffres au plus</translation>
    </message>
    <message>
        <source>Most packs need neither. A passkey is for packs that want to be paired.</source>
        <translation>La plupart des packs n&apos;ont besoin ni de l&apos;un ni de l&apos;autre. Le code d&apos;appairage sert aux packs à appairer.</translation>
    </message>
    <message>
        <source>Accept a replaced BMS</source>
        <translation>Accepter un BMS remplacé</translation>
    </message>
    <message>
        <source>After the BMS was replaced or reconfigured; turns itself off</source>
        <translation>Après remplacement ou reconfiguration du BMS ; se désactive seul</translation>
    </message>
</context>
<context>
    <name>PackChargeCurrentRow</name>
    <message>
        <source>Highest charge current</source>
        <translation>Courant de charge max.</translation>
    </message>
</context>
<context>
    <name>PackChemistryRow</name>
    <message>
        <source>Cells are charged to %1 V</source>
        <translation>Cellules chargées jusqu&apos;à %1 V</translation>
    </message>
    <message>
        <source>Each cell is charged to %1 V at most. With the wrong chemistry, cells are destroyed or catch fire.</source>
        <translation>Chaque cellule est chargée jusqu&apos;à %1 V au plus. Avec une mauvaise chimie, les cellules sont détruites ou prennent feu.</translation>
    </message>
    <message>
        <source>Chemistry</source>
        <translation>Chimie</translation>
    </message>
    <message>
        <source>Not chosen</source>
        <translation>Non choisie</translation>
    </message>
    <message>
        <source>The pack is only shown</source>
        <translation>Le pack est seulement affiché</translation>
    </message>
    <message>
        <source>Other</source>
        <translation>Autre</translation>
    </message>
    <message>
        <source>Needs all five cell voltages</source>
        <translation>Nécessite les cinq tensions de cellule</translation>
    </message>
    <message>
        <source>Nothing is charged until you have set all five cell voltages. Wrong ones destroy cells or set them on fire.</source>
        <translation>Rien n&apos;est chargé tant que les cinq tensions de cellule ne sont pas réglées. De mauvaises valeurs détruisent les cellules ou y mettent le feu.</translation>
    </message>
</context>
<context>
    <name>PackControlRow</name>
    <message>
        <source>Control</source>
        <translation>Contrôle</translation>
    </message>
    <message>
        <source>Choose the chemistry first</source>
        <translation>Choisissez d&apos;abord la chimie</translation>
    </message>
    <message>
        <source>Only shown</source>
        <translation>Affichage seul</translation>
    </message>
    <message>
        <source>Controls charging</source>
        <translation>Contrôle la charge</translation>
    </message>
    <message>
        <source>Chargers and inverters obey this pack&apos;s limits</source>
        <translation>Chargeurs et convertisseurs obéissent à ses limites</translation>
    </message>
    <message>
        <source>With DVCC on, chargers and inverters obey this pack&apos;s voltage and currents. Check chemistry and currents first. Only one battery or bank can control.</source>
        <translation>Avec DVCC activé, chargeurs et convertisseurs obéissent à la tension et aux courants de ce pack. Vérifiez d&apos;abord la chimie et les courants. Une seule batterie ou un seul groupe peut contrôler.</translation>
    </message>
    <message>
        <source>Chargers do not obey it</source>
        <translation>Les chargeurs ne lui obéissent pas</translation>
    </message>
    <message>
        <source>Chargers that obey this pack stop with error 67, until another battery controls them or you reset “BMS controlled” in their settings.</source>
        <translation>Les chargeurs qui obéissent à ce pack s&apos;arrêtent avec l&apos;erreur 67, jusqu&apos;à ce qu&apos;une autre batterie les contrôle ou que vous réinitialisiez « Contrôlé par BMS » dans leurs paramètres.</translation>
    </message>
</context>
<context>
    <name>PackCurrentRow</name>
    <message>
        <source>Automatic</source>
        <translation>Automatique</translation>
    </message>
    <message>
        <source>%1 % of the capacity, at most what the BMS is rated for</source>
        <translation>%1 % de la capacité, au plus le courant nominal du BMS</translation>
    </message>
</context>
<context>
    <name>PackCurrentsPage</name>
    <message>
        <source>Currents and capacity</source>
        <translation>Courants et capacité</translation>
    </message>
    <message>
        <source>Both currents automatic</source>
        <translation>Les deux courants automatiques</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>Réinitialiser</translation>
    </message>
    <message>
        <source>Use the lowest rating of cells, BMS, cables and fuse.</source>
        <translation>Prenez la plus faible valeur entre cellules, BMS, câbles et fusible.</translation>
    </message>
    <message>
        <source>Capacity</source>
        <translation>Capacité</translation>
    </message>
    <message>
        <source>0: as the BMS reports</source>
        <translation>0 : selon le BMS</translation>
    </message>
    <message>
        <source>As the BMS reports</source>
        <translation>Selon le BMS</translation>
    </message>
    <message>
        <source>Limit currents by temperature</source>
        <translation>Limiter selon la température</translation>
    </message>
    <message>
        <source>Charging then needs a cell temperature</source>
        <translation>La charge exige alors une température de cellule</translation>
    </message>
    <message>
        <source>Nothing then stops charging below freezing except the BMS. Charging frozen cells destroys them.</source>
        <translation>Seul le BMS empêche alors la charge par temps de gel. Charger des cellules gelées les détruit.</translation>
    </message>
</context>
<context>
    <name>PackDischargeCurrentRow</name>
    <message>
        <source>Highest discharge current</source>
        <translation>Courant de décharge max.</translation>
    </message>
</context>
<context>
    <name>PackNameRow</name>
    <message>
        <source>Name</source>
        <translation>Nom</translation>
    </message>
    <message>
        <source>Enter a name</source>
        <translation>Entrez un nom</translation>
    </message>
</context>
<context>
    <name>PackPage</name>
    <message>
        <source>Currents and capacity</source>
        <translation>Courants et capacité</translation>
    </message>
    <message>
        <source>Cell voltages</source>
        <translation>Tensions de cellule</translation>
    </message>
    <message>
        <source>Warnings</source>
        <translation>Avertissements</translation>
    </message>
    <message>
        <source>Bluetooth</source>
        <translation>Bluetooth</translation>
    </message>
    <message>
        <source>Switching</source>
        <translation>Commutation</translation>
    </message>
    <message>
        <source>Read this pack</source>
        <translation>Lire ce pack</translation>
    </message>
    <message>
        <source>Off: it leaves the GX; its settings are kept</source>
        <translation>Désactivé : il disparaît du GX ; ses paramètres restent</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>Adresse</translation>
    </message>
    <message>
        <source>The pack leaves the GX. Chargers that obey it stop with error 67, until another battery controls them.</source>
        <translation>Le pack disparaît du GX. Les chargeurs qui lui obéissent s&apos;arrêtent avec l&apos;erreur 67, jusqu&apos;à ce qu&apos;une autre batterie les contrôle.</translation>
    </message>
</context>
<context>
    <name>PackSwitchingPage</name>
    <message>
        <source>Switching</source>
        <translation>Commutation</translation>
    </message>
    <message>
        <source>Allow switching charging</source>
        <translation>Autoriser à commuter la charge</translation>
    </message>
    <message>
        <source>Charging off and on, discharging on</source>
        <translation>Charge désactivée et activée, décharge activée</translation>
    </message>
    <message>
        <source>Anyone at this screen, in VRM or on the network can then turn off charging of this pack, without being asked.</source>
        <translation>Toute personne devant cet écran, dans VRM ou sur le réseau peut alors couper la charge de ce pack, sans confirmation.</translation>
    </message>
    <message>
        <source>Allow turning discharging off</source>
        <translation>Autoriser à couper la décharge</translation>
    </message>
    <message>
        <source>The GX loses power if only this pack feeds it</source>
        <translation>Le GX n&apos;est plus alimenté si seul ce pack l&apos;alimente</translation>
    </message>
    <message>
        <source>Everything that only this pack feeds goes off at one tap. If that includes the GX, it loses power, and nobody can turn the pack on from here.</source>
        <translation>Tout ce que seul ce pack alimente s&apos;éteint d&apos;un seul appui. Si le GX en fait partie, il s&apos;éteint, et personne ne peut rallumer le pack d&apos;ici.</translation>
    </message>
    <message>
        <source>Allow switching balancing</source>
        <translation>Autoriser à commuter l&apos;équilibrage</translation>
    </message>
    <message>
        <source>Changes a setting of the BMS</source>
        <translation>Modifie un paramètre du BMS</translation>
    </message>
    <message>
        <source>Cells drift apart while balancing is off. The BMS keeps this setting, also without this program.</source>
        <translation>Sans équilibrage, les cellules s&apos;écartent. Le BMS garde ce réglage, même sans ce programme.</translation>
    </message>
    <message>
        <source>Allow lending to the phone app</source>
        <translation>Autoriser le prêt à l&apos;application</translation>
    </message>
    <message>
        <source>A pack in control is not charged meanwhile</source>
        <translation>Un pack qui contrôle n&apos;est pas chargé pendant ce temps</translation>
    </message>
    <message>
        <source>While the phone app has the pack, the GX does not see it. If it controls charging, charging stops.</source>
        <translation>Tant que l&apos;application a le pack, le GX ne le voit pas. S&apos;il contrôle la charge, elle s&apos;arrête.</translation>
    </message>
    <message>
        <source>On the switch pane</source>
        <translation>Dans le panneau de commande</translation>
    </message>
    <message>
        <source>Charging</source>
        <translation>Charge</translation>
    </message>
    <message>
        <source>Discharging</source>
        <translation>Décharge</translation>
    </message>
    <message>
        <source>Lend to the phone app</source>
        <translation>Prêter à l&apos;application</translation>
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
    <name>PackVoltageRow</name>
    <message>
        <source>Preset of %1</source>
        <translation>Valeur pour %1</translation>
    </message>
    <message>
        <source>Not set</source>
        <translation>Non réglé</translation>
    </message>
</context>
<context>
    <name>PackVoltagesPage</name>
    <message>
        <source>Cell voltages</source>
        <translation>Tensions de cellule</translation>
    </message>
    <message>
        <source>They must rise from the bottom of this list to the top.</source>
        <translation>Elles doivent croître du bas vers le haut de cette liste.</translation>
    </message>
    <message>
        <source>Choose the chemistry first.</source>
        <translation>Choisissez d&apos;abord la chimie.</translation>
    </message>
    <message>
        <source>These voltages contradict each other or the chemistry. Nothing is charged until they are corrected.</source>
        <translation>Ces tensions se contredisent ou contredisent la chimie. Rien n&apos;est chargé avant correction.</translation>
    </message>
    <message>
        <source>Charging stops at</source>
        <translation>Arrêt de la charge à</translation>
    </message>
    <message>
        <source>Full</source>
        <translation>Pleine</translation>
    </message>
    <message>
        <source>Float</source>
        <translation>Maintien (float)</translation>
    </message>
    <message>
        <source>Discharging is reduced from</source>
        <translation>Décharge réduite à partir de</translation>
    </message>
    <message>
        <source>Discharging stops at</source>
        <translation>Arrêt de la décharge à</translation>
    </message>
    <message>
        <source>All as in the preset</source>
        <translation>Toutes aux valeurs par défaut</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>Réinitialiser</translation>
    </message>
</context>
<context>
    <name>PackWarningsPage</name>
    <message>
        <source>Warnings</source>
        <translation>Avertissements</translation>
    </message>
    <message>
        <source>Low state of charge</source>
        <translation>État de charge bas</translation>
    </message>
    <message>
        <source>Alarm at half of it; 0: off</source>
        <translation>Alarme à la moitié ; 0 : désactivé</translation>
    </message>
    <message>
        <source>Difference between cells</source>
        <translation>Écart entre cellules</translation>
    </message>
    <message>
        <source>Alarm at twice as much; 0: off</source>
        <translation>Alarme au double ; 0 : désactivé</translation>
    </message>
    <message>
        <source>High cell voltage</source>
        <translation>Tension de cellule haute</translation>
    </message>
    <message>
        <source>0: as in the preset</source>
        <translation>0 : par défaut</translation>
    </message>
    <message>
        <source>As in the preset</source>
        <translation>Par défaut</translation>
    </message>
    <message>
        <source>Preset</source>
        <translation>Par défaut</translation>
    </message>
    <message>
        <source>Low cell voltage</source>
        <translation>Tension de cellule basse</translation>
    </message>
    <message>
        <source>High cell temperature</source>
        <translation>Température de cellule haute</translation>
    </message>
    <message>
        <source>Low cell temperature</source>
        <translation>Température de cellule basse</translation>
    </message>
    <message>
        <source>Both temperatures as in the preset</source>
        <translation>Les deux températures par défaut</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>Réinitialiser</translation>
    </message>
    <message>
        <source>MOSFET temperature</source>
        <translation>Température des MOSFET</translation>
    </message>
    <message>
        <source>Alarm 15 °C above it; 0: off</source>
        <translation>Alarme 15 °C au-dessus ; 0 : désactivé</translation>
    </message>
    <message>
        <source>Cell over-voltage at the end of a charge</source>
        <translation>Surtension de cellule en fin de charge</translation>
    </message>
    <message>
        <source>Warning</source>
        <translation>Avertissement</translation>
    </message>
    <message>
        <source>Alarm</source>
        <translation>Alarme</translation>
    </message>
</context>
<context>
    <name>PaneRow</name>
    <message>
        <source>Hidden</source>
        <translation>Masqué</translation>
    </message>
    <message>
        <source>Shown</source>
        <translation>Affiché</translation>
    </message>
    <message>
        <source>A tap switches at once</source>
        <translation>Un appui commute aussitôt</translation>
    </message>
    <message>
        <source>On the GX only</source>
        <translation>Sur le GX seulement</translation>
    </message>
    <message>
        <source>In VRM only</source>
        <translation>Dans VRM seulement</translation>
    </message>
</context>
<context>
    <name>SettingNumber</name>
    <message>
        <source>The lowest value is %1.</source>
        <translation>La valeur minimale est %1.</translation>
    </message>
    <message>
        <source>The highest value is %1.</source>
        <translation>La valeur maximale est %1.</translation>
    </message>
</context>
<context>
    <name>SettingText</name>
    <message>
        <source>up to 60 characters</source>
        <translation>60 caractères au plus</translation>
    </message>
    <message>
        <source>Not stored: %1.</source>
        <translation>Non enregistré : %1.</translation>
    </message>
</context>
<context>
    <name>Settings</name>
    <message>
        <source>Bluetooth batteries</source>
        <translation>Batteries Bluetooth</translation>
    </message>
    <message>
        <source>dbus-xbms is not running. Restart the GX; if that does not help, read its log.</source>
        <translation>dbus-xbms ne fonctionne pas. Redémarrez le GX ; si cela ne suffit pas, lisez son journal.</translation>
    </message>
    <message>
        <source>No packs yet. Search for them under “Add a pack”.</source>
        <translation>Pas encore de packs. Recherchez-les sous « Ajouter un pack ».</translation>
    </message>
    <message>
        <source>Add a pack</source>
        <translation>Ajouter un pack</translation>
    </message>
    <message>
        <source>Banks</source>
        <translation>Groupes</translation>
    </message>
    <message>
        <source>Packs that are wired together</source>
        <translation>Packs câblés ensemble</translation>
    </message>
    <message>
        <source>Diagnosis</source>
        <translation>Diagnostic</translation>
    </message>
    <message numerus="yes">
        <source>%n finding(s)</source>
        <translation>
            <numerusform>%n constat</numerusform>
            <numerusform>%n constats</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>States</name>
    <message>
        <source>Off</source>
        <translation>Désactivé</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>Démarrage</translation>
    </message>
    <message>
        <source>Searching</source>
        <translation>Recherche</translation>
    </message>
    <message>
        <source>Connecting</source>
        <translation>Connexion en cours</translation>
    </message>
    <message>
        <source>Connected</source>
        <translation>Connecté</translation>
    </message>
    <message>
        <source>Lent to the phone app</source>
        <translation>Prêté à l&apos;application</translation>
    </message>
    <message>
        <source>The password is missing or wrong</source>
        <translation>Mot de passe manquant ou faux</translation>
    </message>
    <message>
        <source>The passkey is missing or wrong</source>
        <translation>Code d&apos;appairage manquant ou faux</translation>
    </message>
    <message>
        <source>Connects but never answers</source>
        <translation>Se connecte mais ne répond jamais</translation>
    </message>
    <message>
        <source>Another make of BMS</source>
        <translation>BMS d&apos;une autre marque</translation>
    </message>
    <message>
        <source>Read by another program</source>
        <translation>Lu par un autre programme</translation>
    </message>
    <message>
        <source>Its answers make no sense</source>
        <translation>Ses réponses n&apos;ont pas de sens</translation>
    </message>
    <message>
        <source>Its readings are not believed</source>
        <translation>Ses mesures ne sont pas crédibles</translation>
    </message>
    <message>
        <source>Not heard: out of range, or its phone app is connected</source>
        <translation>Non reçu : hors de portée, ou son application est connectée</translation>
    </message>
    <message>
        <source>Heard, but no connection</source>
        <translation>Reçu, mais pas de connexion</translation>
    </message>
    <message>
        <source>No contact for a long time</source>
        <translation>Aucun contact depuis longtemps</translation>
    </message>
    <message>
        <source>No Bluetooth on this GX</source>
        <translation>Pas de Bluetooth sur ce GX</translation>
    </message>
    <message>
        <source>Bluetooth hangs: restart the GX</source>
        <translation>Bluetooth bloqué : redémarrez le GX</translation>
    </message>
    <message>
        <source>Another program keeps Bluetooth busy</source>
        <translation>Un autre programme occupe le Bluetooth</translation>
    </message>
    <message>
        <source>No Bluetooth adapter</source>
        <translation>Pas d&apos;adaptateur Bluetooth</translation>
    </message>
    <message>
        <source>The Bluetooth adapter is off</source>
        <translation>L&apos;adaptateur Bluetooth est désactivé</translation>
    </message>
    <message>
        <source>The adapter has no free connection</source>
        <translation>L&apos;adaptateur n&apos;a plus de connexion libre</translation>
    </message>
    <message>
        <source>Another program shows this pack</source>
        <translation>Un autre programme affiche ce pack</translation>
    </message>
    <message>
        <source>The library for this make is missing</source>
        <translation>La bibliothèque pour cette marque manque</translation>
    </message>
    <message>
        <source>Read, but the GX does not show it</source>
        <translation>Lu, mais le GX ne l&apos;affiche pas</translation>
    </message>
    <message>
        <source>Stopped by an error of this program</source>
        <translation>Arrêté par une erreur du programme</translation>
    </message>
    <message>
        <source>Off: turn it on if its packs are wired together</source>
        <translation>Désactivé : à activer si ses packs sont câblés ensemble</translation>
    </message>
    <message>
        <source>In use</source>
        <translation>En service</translation>
    </message>
</context>
<context>
    <name>StoredCheck</name>
    <message>
        <source>%1 was not stored: the value was refused.</source>
        <translation>%1 n&apos;est pas enregistré : la valeur a été refusée.</translation>
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
    <name>WatchOnlyLabel</name>
    <message>
        <source>Watch only: this make is shown, but never controls charging and cannot be switched. The library that reads it must not be used for safety.</source>
        <translation>Affichage seul : cette marque ne contrôle jamais la charge et ne peut pas être commutée. La bibliothèque qui la lit ne doit pas servir à la sécurité.</translation>
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
        <source>this make is only watched</source>
        <translation>cette marque est seulement affichée</translation>
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
    <message>
        <source>by the rating of the BMS, %1 A; no limit is set</source>
        <translation>selon le calibre du BMS, %1 A ; aucune limite réglée</translation>
    </message>
    <message>
        <source>at most %1 A, as no limit is set</source>
        <translation>au plus %1 A, car aucune limite n&apos;est réglée</translation>
    </message>
    <message>
        <source>the capacity is unknown: set it, or a current</source>
        <translation>capacité inconnue : réglez-la, ou un courant</translation>
    </message>
    <message>
        <source>sensor 1 at %1 °C; where it is has not been set</source>
        <translation>sonde 1 à %1 °C ; son emplacement n&apos;est pas réglé</translation>
    </message>
    <message>
        <source>%1 A to wake the BMS</source>
        <translation>%1 A pour réveiller le BMS</translation>
    </message>
    <message>
        <source>charge MOSFET off: %1</source>
        <translation>MOSFET de charge coupé : %1</translation>
    </message>
    <message>
        <source>discharge MOSFET off: %1</source>
        <translation>MOSFET de décharge coupé : %1</translation>
    </message>
    <message>
        <source>no pack is connected</source>
        <translation>aucun pack n&apos;est raccordé</translation>
    </message>
    <message>
        <source>lowered because chargers exceed the current limit</source>
        <translation>abaissée car les chargeurs dépassent la limite de courant</translation>
    </message>
    <message>
        <source>lowered because cell voltages are unknown</source>
        <translation>abaissée car les tensions des cellules sont inconnues</translation>
    </message>
    <message>
        <source>lowered for a dead cell</source>
        <translation>abaissée à cause d&apos;une cellule morte</translation>
    </message>
    <message>
        <source>lowered while charging is stopped</source>
        <translation>abaissée tant que la charge est arrêtée</translation>
    </message>
    <message>
        <source>lowered for the highest cell</source>
        <translation>abaissée pour la cellule la plus haute</translation>
    </message>
    <message>
        <source>to balance the cells</source>
        <translation>pour équilibrer les cellules</translation>
    </message>
    <message>
        <source>balancing</source>
        <translation>équilibrage</translation>
    </message>
    <message>
        <source>the settings are refused</source>
        <translation>les réglages sont refusés</translation>
    </message>
    <message>
        <source>%1 has a charge voltage limit</source>
        <translation>%1 impose une tension de charge</translation>
    </message>
    <message>
        <source>%1 controls</source>
        <translation>%1 pilote</translation>
    </message>
    <message>
        <source>the pack did not answer in time</source>
        <translation>le pack n&apos;a pas répondu à temps</translation>
    </message>
    <message>
        <source>not in range</source>
        <translation>hors de portée</translation>
    </message>
    <message>
        <source>connection lost</source>
        <translation>connexion perdue</translation>
    </message>
    <message>
        <source>the pack needs to be paired</source>
        <translation>le pack doit être appairé</translation>
    </message>
    <message>
        <source>reached, but it is another make of BMS</source>
        <translation>atteint, mais c&apos;est un BMS d&apos;une autre marque</translation>
    </message>
    <message>
        <source>the BMS cannot measure</source>
        <translation>le BMS ne peut pas mesurer</translation>
    </message>
    <message>
        <source>charge fault</source>
        <translation>défaut de charge</translation>
    </message>
    <message>
        <source>discharge fault</source>
        <translation>défaut de décharge</translation>
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
