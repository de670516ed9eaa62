pragma Singleton
import QtQuick
import Victron.VenusOS

// How gui-v2 writes numbers. 
QtObject {
	function text(value, unit) {
		if (value === undefined || value === null)
			return "--"
		switch (unit) {
		case VenusOS.Units_Volt_DC: return Number(value).toFixed(2) + "V"
		case VenusOS.Units_Amp: return Number(value).toFixed(1) + "A"
		case VenusOS.Units_AmpHour: return Number(value).toFixed(1) + "Ah"
		case VenusOS.Units_Watt: return Number(value).toFixed(0) + "W"
		case VenusOS.Units_Percentage: return Number(value).toFixed(0) + "%"
		case VenusOS.Units_Temperature_Celsius: return Number(value).toFixed(0) + "°C"
		default: return String(value)
		}
	}
}
