pragma ComponentBehavior: Bound
import QtQuick
import Victron.VenusOS

// A bar for each cell, between empty and full.
Column {
	id: root

	required property string uid
	required property VeQuickItem lowest
	required property VeQuickItem highest
	property int lowestCell
	property int highestCell
	property bool contact

	readonly property bool known: low.valid && full.valid
	readonly property real from: known ? low.value : lowest.valid ? Math.floor((lowest.value - 0.05) * 10) / 10 : 0
	readonly property real to: known ? full.value : highest.valid ? Math.ceil((highest.value + 0.05) * 10) / 10 : 1
	readonly property bool shown: lowest.valid && count.valid
	// As many equal rows as give each cell the width of its voltage
	readonly property int rows: Math.ceil((count.value ?? 1) / Math.max(1, Math.floor(width / widest.width)))
	readonly property int columns: Math.ceil((count.value ?? 1) / rows)
	readonly property real barHeight: Math.max(Theme.font_size_body3, 4 * Theme.font_size_body3 / rows)
	readonly property int fontSize: width < 500 ? Theme.font_size_body1 : width < 850 ? Theme.font_size_body2 : Theme.font_size_body3

	// Blue between empty and full, orange beyond, red where charging or discharging stops.
	function color(volts) {
		if (!known)
			return Theme.color_ok
		if (volts <= (lowCutoff.value ?? 0) || volts >= (highCutoff.value ?? 9))
			return Theme.color_critical
		return volts < low.value || volts > full.value ? Theme.color_warning : Theme.color_ok
	}

	spacing: Theme.geometry_gradientList_spacing

	VeQuickItem { id: count; uid: root.uid + "/System/NrOfCellsPerBattery" }
	VeQuickItem { id: low; uid: root.uid + "/Cells/Low" }
	VeQuickItem { id: full; uid: root.uid + "/Cells/Full" }
	VeQuickItem { id: lowCutoff; uid: root.uid + "/Cells/LowCutoff" }
	VeQuickItem { id: highCutoff; uid: root.uid + "/Cells/HighCutoff" }
	VeQuickItem { id: balancing; uid: root.uid + "/Balancing" }

	TextMetrics {
		id: widest
		text: " 8.888 "
		font.family: caption.font.family
		font.pixelSize: root.fontSize
	}

	Grid {
		visible: root.shown
		columns: root.columns
		rowSpacing: Theme.geometry_listItem_content_verticalMargin / 2

		Repeater {
			model: root.shown ? count.value : 0

			delegate: Column {
				id: cell

				required property int index
				readonly property int number: index + 1
				readonly property real part: (volts.value - root.from) / (root.to - root.from)

				width: root.width / root.columns

				VeQuickItem { id: volts; uid: root.uid + "/Voltages/Cell" + cell.number }
				VeQuickItem { id: balances; uid: root.uid + "/Balances/Cell" + cell.number }

				Rectangle {
					anchors.horizontalCenter: parent.horizontalCenter
					width: parent.width * 0.6
					height: root.barHeight
					radius: 4
					clip: true
					color: "transparent"
					border {
						width: 1
						color: Theme.color_font_secondary
					}

					Rectangle {
						anchors.bottom: parent.bottom
						width: parent.width
						height: volts.valid ? Math.max(2, parent.height * Math.min(1, Math.max(0, cell.part))) : 0
						radius: 4
						color: root.color(volts.value)
					}

					Rectangle {
						anchors.centerIn: parent
						visible: balances.value === 1
						width: 16
						height: 16
						radius: 8
						color: Theme.color_warning
						border {
							width: 2
							color: Theme.color_page_background
						}
					}
				}

				Label {
					width: parent.width
					text: volts.valid ? volts.value.toFixed(3) : "--"
					horizontalAlignment: Text.AlignHCenter
					font.pixelSize: root.fontSize
				}

				Label {
					width: parent.width
					text: cell.number + (cell.number === root.highestCell ? " max" : cell.number === root.lowestCell ? " min" : "")
					horizontalAlignment: Text.AlignHCenter
					font.pixelSize: Theme.font_size_caption
					color: Theme.color_font_secondary
				}
			}
		}
	}

	Row {
		visible: root.shown && balancing.value === 1
		anchors.horizontalCenter: parent.horizontalCenter
		spacing: 8

		Rectangle {
			anchors.verticalCenter: parent.verticalCenter
			width: 16
			height: 16
			radius: 8
			color: Theme.color_warning
		}

		Label {
			text: qsTr("being balanced")
			font.pixelSize: Theme.font_size_body1
		}
	}

	Label {
		id: caption
		width: parent.width
		text: !root.shown ? root.contact ? qsTr("The BMS reports no cell voltages.") : qsTr("No cell voltages now.")
			: root.known ? qsTr("Bars: from %1 V (empty) to %2 V (full)").arg(root.from.toFixed(2)).arg(root.to.toFixed(2))
			: qsTr("Bars: from %1 V to %2 V. The chemistry is not chosen.").arg(root.from.toFixed(2)).arg(root.to.toFixed(2))
		wrapMode: Text.WordWrap
		horizontalAlignment: Text.AlignHCenter
		font.pixelSize: Theme.font_size_caption
		color: Theme.color_font_secondary
	}
}
