# SPDX-License-Identifier: GPL-3.0-or-later
complete -c handover -l help -d 'Print how it is used'
complete -c handover -l version -d 'Print the version'
