import Victron.VenusOS

// The page that a tap on a pack of a bank opens.
Page {
	id: root

	property string uid // of the pack's battery service

	PackView { uid: root.uid }
}
