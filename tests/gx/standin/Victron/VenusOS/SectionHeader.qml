import Victron.VenusOS

PrimaryListLabel {
	topPadding: 18
	bottomPadding: 8
}
