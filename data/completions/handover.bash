# SPDX-License-Identifier: GPL-3.0-or-later
complete -W '--help --version' handover
