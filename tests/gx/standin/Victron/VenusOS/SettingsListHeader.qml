import Victron.VenusOS

SectionHeader {}
