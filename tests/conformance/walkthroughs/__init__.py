"""What accounts from 2016 to 2020 type, typed again with this project's program under the name `vault`."""
