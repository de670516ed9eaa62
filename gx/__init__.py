"""The pages of the GX touch screen: a UI plugin of Venus OS's gui-v2, built from QML and translations."""
