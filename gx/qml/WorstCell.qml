import QtQuick
import Victron.VenusOS

// The lowest or highest cell of a bank, and in which pack it is: "2:C07" is cell 7 of the second pack.
Figure {
	id: root

	required property string uid
	required property string side // "Min" or "Max"

	readonly property var place: where.valid ? /^(\d+):C0*(\d+)$/.exec(where.value) : null

	text: (side === "Min" ? qsTr("Lowest cell") : qsTr("Highest cell"))
		+ (place ? "\n" + qsTr("%1, cell %2").arg(name.value ?? place[1]).arg(place[2]) : "")
	value: volts.valid ? volts.value.toFixed(3) + " V" : "--"

	VeQuickItem { id: volts; uid: root.uid + "/System/" + root.side + "CellVoltage" }
	VeQuickItem { id: where; uid: root.uid + "/System/" + root.side + "VoltageCellId" }
	VeQuickItem { id: name; uid: root.place ? root.uid + "/Members/" + root.place[1] + "/Name" : "" }
}
