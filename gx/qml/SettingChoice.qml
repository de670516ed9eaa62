pragma ComponentBehavior: Bound

import QtQuick
import Victron.VenusOS

// A setting with a few values, for every user. An option's "question", if it has one, is asked first.
ListRadioButtonGroup {
	id: root

	required property string uid

	function _chosen(option) {
		if (option.question)
			Global.dialogLayer.open(dialog, { wanted: option.value, title: option.display, description: option.question })
		else
			check.write(option.value)
	}

	dataItem.uid: root.uid
	updateDataOnClick: false
	updateCurrentIndexOnClick: false
	writeAccessLevel: VenusOS.User_AccessType_User
	onOptionClicked: function(index) { _chosen(optionModel[index]) }

	StoredCheck {
		id: check
		name: root.text
		item: root.dataItem
	}

	Component {
		id: dialog

		Question {
			property var wanted

			onAccepted: check.write(wanted)
		}
	}
}
