pragma ComponentBehavior: Bound

import QtQuick
import Victron.VenusOS

// A setting that is 0 or 1, for every user. A question, if there is one, is asked first.
ListSwitch {
	id: root

	required property string uid
	property string questionOn
	property string questionOff

	function _clicked() {
		const wanted = dataItem.value === 1 ? 0 : 1
		const question = wanted ? questionOn : questionOff
		if (question)
			Global.dialogLayer.open(dialog, { wanted: wanted, description: question })
		else
			check.write(wanted)
	}

	dataItem.uid: root.uid
	updateDataOnClick: false
	writeAccessLevel: VenusOS.User_AccessType_User
	onClicked: _clicked()

	StoredCheck {
		id: check
		name: root.text
		item: root.dataItem
	}

	Component {
		id: dialog

		Question {
			property int wanted

			title: root.text
			onAccepted: check.write(wanted)
		}
	}
}
