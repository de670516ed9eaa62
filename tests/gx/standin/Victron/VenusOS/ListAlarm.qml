import Victron.VenusOS

ListText {
	secondaryText: ["OK", "Warning", "Alarm"][dataItem.value ?? 0]
}
