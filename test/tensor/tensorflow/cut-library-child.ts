import { loadNativeTensorFlow } from '../../../src/tensor/tensorflow/native.js';

loadNativeTensorFlow();
