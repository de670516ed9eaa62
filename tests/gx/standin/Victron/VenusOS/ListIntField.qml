import Victron.VenusOS

ListTextField {
	property int maximumLength
}
