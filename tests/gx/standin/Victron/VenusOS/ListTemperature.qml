import Victron.VenusOS

ListQuantity {
	unit: VenusOS.Units_Temperature_Celsius
}
