import QtQuick
import "Voltages.js" as Voltages

// A cell voltage: the owner's, else that of the chemistry. It cannot pass its neighbours.
SettingNumber {
	required property var page // PackVoltagesPage
	required property string field // in Voltages.js
	readonly property var _range: Voltages.range(page.chosen, page.owner, field)

	caption: isSet || !page.chosen ? "" : page.effective[field] > 0 ? qsTr("Preset of %1").arg(page.chosen) : qsTr("Not set")
	unset: 0
	unsetText: page.effective[field] > 0 ? "" : "--"
	start: page.effective[field] > 0 ? page.effective[field] : from
	suffix: " V"
	decimals: 3
	stepSize: 0.005
	from: _range.from
	to: _range.to
	interactive: dataItem.valid && page.chosen !== ""
}
