pragma Singleton
import QtQuick

QtObject {
	enum User { User_AccessType_User, User_AccessType_Installer, User_AccessType_SuperUser, User_AccessType_Service }
	enum Unit { Units_None, Units_Amp, Units_AmpHour, Units_Percentage, Units_Temperature_Celsius, Units_Volt_DC, Units_Watt }
	enum Notification { Notification_Warning, Notification_Alarm, Notification_Info }
	enum Validation {
		InputValidation_Result_Unknown, InputValidation_Result_OK, InputValidation_Result_Warning, InputValidation_Result_Error
	}
	enum Done {
		ModalDialog_DoneOptions_NoOptions, ModalDialog_DoneOptions_CancelOnly, ModalDialog_DoneOptions_OkOnly,
		ModalDialog_DoneOptions_OkAndCancel, ModalDialog_DoneOptions_SetAndCancel
	}
}
