import QtQuick
import Victron.VenusOS

// Why a pack of another make is only shown.
PrimaryListLabel {
	text: qsTr("Watch only: this make is shown, but never controls charging and cannot be switched. The library that reads it must not be used for safety.")
}
