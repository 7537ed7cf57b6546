// SPDX-License-Identifier: GPL-3.0-or-later
// The doctor as the menu asks it; it is loaded, little by little, when the menu is opened first.
export {doctorHere} from '../shared/health/doctor/doctorHere.js';
export {DoctorList} from '../shared/health/doctor/doctorList.js';
