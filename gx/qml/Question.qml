import QtQuick
import Victron.VenusOS

// Asks before something is stored; "accepted" means yes.
ModalWarningDialog {
	dialogDoneOptions: VenusOS.ModalDialog_DoneOptions_OkAndCancel
}
